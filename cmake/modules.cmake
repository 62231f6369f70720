# One object library per module, all of them together one library, one program.

function(isotherm_module name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  add_library(isotherm_${name} OBJECT ${sources})
  target_link_libraries(isotherm_${name} PUBLIC isotherm_options)
  if(name STREQUAL core)
    target_compile_definitions(isotherm_core PRIVATE ISOTHERM_VERSION="${PROJECT_VERSION}")
  endif()
  set_property(GLOBAL APPEND PROPERTY ISOTHERM_MODULES ${name})
  set_property(GLOBAL PROPERTY ISOTHERM_${name}_USES ${ARGN})
endfunction()

# Links a target with a module and all it uses (object libraries do not pass their objects on).
function(isotherm_link target name)
  get_property(uses GLOBAL PROPERTY ISOTHERM_${name}_USES)
  foreach(module IN LISTS uses ITEMS ${name})
    target_link_libraries(${target} PRIVATE isotherm_${module})
  endforeach()
endfunction()

function(isotherm_library)
  get_property(modules GLOBAL PROPERTY ISOTHERM_MODULES)
  add_library(isotherm STATIC)
  add_library(isotherm::isotherm ALIAS isotherm)
  foreach(module IN LISTS modules)
    target_sources(isotherm PRIVATE $<TARGET_OBJECTS:isotherm_${module}>)
  endforeach()
  target_include_directories(isotherm PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                             $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(isotherm PUBLIC cxx_std_20)
  if(ISOTHERM_SANITIZE)
    target_link_options(isotherm PUBLIC -fsanitize=${ISOTHERM_SANITIZE})
  endif()
  if(NOT ISOTHERM_BARE)
    # No public header mentions these: users of the library only link them.
    target_link_libraries(isotherm PRIVATE GDAL::GDAL PROJ::proj TBB::tbb GEOS::geos_c CURL::libcurl OpenSSL::Crypto ${METIS_LIBRARY} ${LIBDEFLATE_LIBRARY}
                          ${XLSXWRITER_LIBRARY})
  endif()
endfunction()

function(isotherm_program)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/*.cpp ${PROJECT_SOURCE_DIR}/cli/options/*.cpp)
  add_executable(isotherm_cli ${sources})
  set_target_properties(isotherm_cli PROPERTIES OUTPUT_NAME isotherm)
  target_include_directories(isotherm_cli PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(isotherm_cli PRIVATE isotherm isotherm_options CLI11::CLI11)
endfunction()
