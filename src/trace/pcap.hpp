// Writes what went over links as a capture that tcpdump and Wireshark read: classic pcap, whose
// Ethernet, IPv4 and TCP headers are made up around the real bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

namespace holdfast::trace {

enum class Direction : std::uint8_t { sent, received };

// The switch's side of every connection, whatever its real port: what reads the capture knows it.
inline constexpr std::uint16_t pcap_link_port = 8584;

std::string pcap_file_header();

// One TCP connection, from the port of its peer.
class PcapConnection {
 public:
  explicit PcapConnection(std::uint16_t peer_port) : peer_port_(peer_port) {}

  // The records of one frame: one, unless it is longer than a packet can be.
  std::string records(Direction direction, std::string_view frame,
                      std::chrono::system_clock::time_point at);

 private:
  std::string packet(Direction direction, std::string_view bytes);

  std::uint16_t peer_port_;
  std::uint32_t sent_ = 1;  // the next sequence number of each side
  std::uint32_t received_ = 1;
  std::uint16_t packets_ = 0;
};

class PcapFile {
 public:
  // Only its owner can read it: it holds card numbers in clear. False where it cannot be made.
  bool open(const std::string& path);
  void add(std::uint16_t peer_port, Direction direction, std::string_view frame);
  // True when every byte has reached the file.
  bool close();

 private:
  std::ofstream file_;
  std::map<std::uint16_t, PcapConnection> connections_;
};

}  // namespace holdfast::trace
