#pragma once
// The first rows of the table of attacks (attacks.hpp): where a body ends.

#include "attack.hpp"

#include <string>
#include <vector>

namespace switchboard::net::http::testing {

inline std::vector<attack> framing_attacks() {
  const std::string zero(1, '\0');
  std::string tiny_chunks;
  for (int i = 0; i < 100'000; ++i) tiny_chunks += "1\r\nx\r\n";

  return {
      // -- framing
      {1, "CL and TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {2, "TE and CL", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
      {3, "TE gzip and CL", post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "hello"), 400},
      {4, "TE gzip alone", post("Transfer-Encoding: gzip\r\n", "hello"), 400},
      {5, "TE identity and CL", post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello"), 400},
      {6, "TE xchunked and CL", post("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", "hello"), 400},
      {7, "TE chunked, identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), 400},
      {8, "TE quoted", post("Transfer-Encoding: \"chunked\"\r\nContent-Length: 5\r\n", "hello"), 400},
      {9, "TE gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400},
      {10, "TE with parameter", post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n"), 400},
      {11, "TE twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       400},
      {12, "TE vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
      {12, "TE form feed", post("Transfer-Encoding: chunked\f\r\n", "0\r\n\r\n"), 400},
      {12, "TE NUL", post("Transfer-Encoding: chunked" + zero + "\r\n", "0\r\n\r\n"), 400},
      {13, "TE leading comma", post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n"), 400},
      {13, "TE trailing comma", post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n"), 400},
      {13, "TE empty", post("Transfer-Encoding:\r\n", "0\r\n\r\n"), 400},
      {14, "TE on HTTP/1.0", "POST /store HTTP/1.0\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {15, "TE folded", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 400},
      {15, "CL folded", post("Content-Length:\r\n 5\r\n", "hello"), 400},
      {16, "two CL differ", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400},
      {17, "two CL same", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400},
      {18, "CL list", post("Content-Length: 5, 5\r\n", "hello"), 400},
      {19, "CL plus", post("Content-Length: +5\r\n", "hello"), 400},
      {20, "CL minus", post("Content-Length: -5\r\n", "hello"), 400},
      {21, "CL hexadecimal", post("Content-Length: 0x5\r\n", "hello"), 400},
      {22, "CL leading zeros", post("Content-Length: 005\r\n", "hello"), 400},
      {23, "CL underscore", post("Content-Length: 5_0\r\n", "hello"), 400},
      {24, "CL space inside", post("Content-Length: 5 5\r\n", "hello"), 400},
      {25, "CL empty", post("Content-Length:\r\n", "hello"), 400},
      {26, "CL 2^64+5", post("Content-Length: 18446744073709551621\r\n", "hello"), 400},
      {27, "POST without length", post(""), 411},
      {27, "PUT without length", "PUT /store HTTP/1.1\r\nHost: t\r\n\r\n", 411},
      {28, "CL more than sent", "", 0, false, "a_cut_body_stores_nothing"},
      {29, "CL less than sent", post("Content-Length: 5\r\n", "helloworld"), 200, true},
      {30, "Content_Length", post("Content_Length: 5\r\nContent-Length: 5\r\n", "hello"), 400},
      {30, "Transfer_Encoding", post("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
       400},
      // -- chunks
      {31, "size 0x5", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400},
      {32, "size plus", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400},
      {33, "size minus", chunked("-5\r\nhello\r\n0\r\n\r\n"), 400},
      {34, "size leading space", chunked(" 5\r\nhello\r\n0\r\n\r\n"), 400},
      {35, "size trailing space", chunked("5 \r\nhello\r\n0\r\n\r\n"), 400},
      {36, "size of 17 digits", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), 400},
      {36, "size of 16 digits", chunked("ffffffffffffffff\r\nhello\r\n0\r\n\r\n"), 413},
      {37, "size of 19 digits, leading zeros", chunked("0000000000000000005\r\nhello\r\n0\r\n\r\n"), 400},
      {37, "last size of two zeros", chunked("5\r\nhello\r\n00\r\n\r\n"), 400},
      {38, "size empty", chunked("\r\nhello\r\n0\r\n\r\n"), 400},
      {39, "size 5_0", chunked("5_0\r\nhello\r\n0\r\n\r\n"), 400},
      {40, "bare LF behind the size", chunked("5\nhello\r\n0\r\n\r\n"), 400},
      {41, "bare LF behind the data", chunked("5\r\nhello\n0\r\n\r\n"), 400},
      {42, "no CRLF behind the data", chunked("5\r\nhello0\r\n\r\n"), 400},
      {43, "LF in an extension", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"), 400},
      {44, "CR in an extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"), 400},
      {45, "NUL in an extension", chunked("5;a" + zero + "b\r\nhello\r\n0\r\n\r\n"), 400},
      {46, "64 KiB extension", chunked("5;a=" + std::string(65'536, 'x') + "\r\nhello\r\n0\r\n\r\n"), 400},
      {47, "tiny chunks without end", chunked(tiny_chunks), 400},
      {48, "no final chunk", "", 0, false, "a_slow_body_is_408"},
      {49, "trailer Content-Length", chunked("5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n"), 400},
      {49, "trailer Transfer-Encoding", chunked("5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"),
       400},
      {49, "trailer Host", chunked("5\r\nhello\r\n0\r\nHost: evil\r\n\r\n"), 400},
      {50, "trailer signature", chunked("5\r\nhello\r\n0\r\nX-Hub-Signature-256: sha256=00\r\n\r\n"), 400},
      {50, "trailer Authorization", chunked("5\r\nhello\r\n0\r\nAuthorization: Bearer x\r\n\r\n"), 400},
      {51, "data behind the final chunk", chunked("5\r\nhello\r\n0\r\n\r\nhello"), 200, true},
  };
}

}  // namespace switchboard::net::http::testing
