# How every file is compiled. Contraction is off so that all machines and backends round alike.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(isotherm_options INTERFACE)
target_include_directories(isotherm_options INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_compile_options(isotherm_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wdouble-promotion -Wnon-virtual-dtor -Wold-style-cast
  -ffp-contract=off -fno-math-errno -fno-trapping-math>
  # GCC 12 at -O3 sees overlaps in std::string operator+ that are none (its bug 105651).
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CONFIG:Release>>:-O3 -Wno-restrict>)
if(ISOTHERM_UNITY)  # to GCC a file of a group is a header, whose classes should not use anonymous namespaces
  target_compile_options(isotherm_options INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
endif()
if(ISOTHERM_WERROR)
  target_compile_options(isotherm_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
if(ISOTHERM_CHECKS)
  target_compile_definitions(isotherm_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(ISOTHERM_SANITIZE)
  target_compile_options(isotherm_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${ISOTHERM_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all>)
  target_link_options(isotherm_options INTERFACE -fsanitize=${ISOTHERM_SANITIZE})
endif()
if(ISOTHERM_FUZZ)
  target_compile_options(isotherm_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
