// The test server (tests/fetch/server.py) as a fixture: started with the test, stopped with it.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace isotherm {

class TestServer {
 public:
  /// `arguments` of server.py, such as {"--files", folder}.
  explicit TestServer(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"python3", ISOTHERM_SOURCE_DIR "/tests/fetch/server.py"});
    int input[2], output[2];
    // Closed in children: a server must not hold the input of another open.
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    child_ = fork();
    if (child_ == 0) {
      dup2(input[0], 0);
      dup2(output[1], 1);
      std::vector<char*> words;
      for (std::string& argument : arguments) words.push_back(argument.data());
      words.push_back(nullptr);
      execvp(words[0], words.data());
      _exit(127);
    }
    close(input[0]);
    close(output[1]);
    input_ = input[1];
    for (char c; read(output[0], &c, 1) == 1 && c != '\n';) url_ += c;
    close(output[0]);
    if (url_.empty()) throw std::runtime_error("the test server did not start");
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() {
    close(input_);  // it ends when its standard input does
    int status = 0;
    waitpid(child_, &status, 0);
  }

  const std::string& url() const { return url_; }

 private:
  pid_t child_ = -1;
  int input_ = -1;
  std::string url_;
};

}  // namespace isotherm
