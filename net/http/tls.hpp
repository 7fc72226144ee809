#pragma once
// TLS for the open listener: 1.2 and 1.3 with forward secrecy and AEAD only.

#include "config/settings.hpp"
#include "domain/expected.hpp"
#include "net/http/transport.hpp"

#include <memory>
#include <string>

namespace switchboard::net::http {

/// Certificate, key and rules, shared by all connections. Immutable behind its making.
class tls_context {
 public:
  /// Fails with one sentence that names the file.
  [[nodiscard]] static expected<std::shared_ptr<tls_context>, std::string> load(
      const config::tls_settings& files);
  ~tls_context();
  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;

  /// Takes over `descriptor`, which must be non-blocking. Null if OpenSSL is out of memory (closed then).
  [[nodiscard]] std::unique_ptr<transport> make_transport(int descriptor) const;

 private:
  explicit tls_context(void* context) : context_(context) {}
  void* context_;  ///< SSL_CTX*; OpenSSL stays out of this header
};

}  // namespace switchboard::net::http
