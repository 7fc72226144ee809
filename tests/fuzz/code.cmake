# The code under test and the targets, without what they don't need (sockets, actors, RocksDB), so that a build with
# sanitizers is a matter of a minute.
file(GLOB fuzzed_code CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/config/*.cpp"
  "${PROJECT_SOURCE_DIR}/net/platforms/*.cpp" "${PROJECT_SOURCE_DIR}/storage/codec*.cpp"
  "${PROJECT_SOURCE_DIR}/tests/fuzz/targets/*.cpp")
foreach(file IN ITEMS domain/account_health domain/business_time domain/calendar domain/event domain/ids domain/inbound
        domain/json domain/language domain/limit_level domain/model domain/open_index domain/outgoing domain/posix_tz domain/time domain/tzif
        domain/routing/applying domain/routing/archive domain/routing/choosing domain/routing/eligibility
        domain/routing/first_match domain/routing/placing domain/routing/router_config domain/routing/saving
        domain/routing/strategies domain/routing/wait_text domain/sla/clocks domain/sla/metric domain/sla/policy domain/waking domain/reports/fact domain/webhooks/note domain/zone net/http/gate net/http/chunk_gate net/http/second_opinion net/http/message
        net/http/forwarded
        net/http/asio_impl net/api/parameters net/api/websocket_request storage/cursor
        tests/fuzz/gate_reader tests/fuzz/strict_reader)
  list(APPEND fuzzed_code "${PROJECT_SOURCE_DIR}/${file}.cpp")
endforeach()
set(fuzzed_libraries Boost::headers simdjson::simdjson OpenSSL::SSL OpenSSL::Crypto tomlplusplus::tomlplusplus
    PkgConfig::UTF8PROC Threads::Threads)
