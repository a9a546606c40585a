# Every message is described once, in api/ and data/; the host tool kt-messages makes structs and tables of them:
# headers as "protocol/msg/NAME.h", the tables as part of kt-protocol.
file(GLOB message_descriptions CONFIGURE_DEPENDS protocol/api/*.api protocol/data/*.api)
set(message_dir ${CMAKE_CURRENT_BINARY_DIR}/protocol)
set(message_tables ${message_dir}/lists.cpp)
foreach(group RANGE 5)
  list(APPEND message_tables ${message_dir}/tables_${group}.cpp)
endforeach()
set(message_headers)
foreach(description ${message_descriptions})
  cmake_path(GET description STEM stem)
  list(APPEND message_headers ${message_dir}/msg/${stem}.h)
endforeach()

file(GLOB generator_sources CONFIGURE_DEPENDS protocol/generator/*.cpp)
add_executable(kt-messages ${generator_sources})
target_compile_options(kt-messages PRIVATE -O1)
add_custom_command(OUTPUT ${message_headers} ${message_tables}
  COMMAND kt-messages ${message_dir} ${message_descriptions}
  DEPENDS kt-messages ${message_descriptions}
  COMMENT "Messages of the protocol")
target_sources(kt-protocol PRIVATE ${message_headers} ${message_tables})
set_source_files_properties(${message_tables} PROPERTIES COMPILE_OPTIONS -O1)
target_include_directories(kt-protocol PUBLIC ${CMAKE_CURRENT_BINARY_DIR})
