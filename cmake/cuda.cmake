# The GPU side. nvcc is looked for where the CUDA Toolkit puts it, also when it is not on PATH.
if(NOT CMAKE_CUDA_COMPILER)
  find_program(CMAKE_CUDA_COMPILER nvcc HINTS /usr/local/cuda/bin)
endif()
if(NOT ISOTHERM_CUDA_ARCHITECTURES)
  # All of sm_70 to sm_90 that this toolkit still knows, and PTX of the newest for cards to come.
  execute_process(COMMAND ${CMAKE_CUDA_COMPILER} --list-gpu-code OUTPUT_VARIABLE known)
  foreach(architecture 70 75 80 86 89 90)
    if(known MATCHES "sm_${architecture}")
      list(APPEND ISOTHERM_CUDA_ARCHITECTURES ${architecture})
    endif()
  endforeach()
endif()
list(TRANSFORM ISOTHERM_CUDA_ARCHITECTURES APPEND -real OUTPUT_VARIABLE CMAKE_CUDA_ARCHITECTURES)
list(GET ISOTHERM_CUDA_ARCHITECTURES -1 newest)
list(APPEND CMAKE_CUDA_ARCHITECTURES ${newest}-virtual)
enable_language(CUDA)
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake 3.25 does not know that nvcc 12 and later speak C++20
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
endif()

# The backend, and every host+device function in one translation unit: what has meaning must compile for the device.
# --fmad=false: the device rounds like the host.
file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cuda/*.cu)
add_library(isotherm_cuda OBJECT ${sources})
find_package(CUDAToolkit REQUIRED)
target_include_directories(isotherm_cuda PRIVATE include)
target_compile_options(isotherm_cuda PRIVATE --fmad=false --expt-relaxed-constexpr -Werror=all-warnings)
target_compile_definitions(isotherm_backend PRIVATE ISOTHERM_HAS_CUDA)
target_sources(isotherm_backend INTERFACE $<TARGET_OBJECTS:isotherm_cuda>)
target_link_libraries(isotherm_backend INTERFACE CUDA::cudart_static)
