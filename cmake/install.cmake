# What `cmake --install` and the Debian package bring: program, library, headers, CMake package, manual pages,
# completions, documentation.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/isotherm)

install(TARGETS isotherm_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS isotherm EXPORT isothermTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/isotherm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(EXPORT isothermTargets NAMESPACE isotherm:: DESTINATION ${package_dir})

configure_package_config_file(cmake/isothermConfig.cmake.in ${PROJECT_BINARY_DIR}/isothermConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/isothermConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/isothermConfig.cmake ${PROJECT_BINARY_DIR}/isothermConfigVersion.cmake
        DESTINATION ${package_dir})

install(DIRECTORY docs/cli/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(FILES docs/cli/completions/isotherm.bash RENAME isotherm
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES docs/cli/completions/_isotherm DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES docs/cli/completions/isotherm.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME isotherm)
set(CPACK_PACKAGE_CONTACT "The isotherm developers <isotherm@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "proj-data, ca-certificates")
set(CPACK_STRIP_FILES ON)
include(CPack)
