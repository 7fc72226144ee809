// The one translation unit that holds Asio's and Beast's own code, so that no other compiles it again.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
