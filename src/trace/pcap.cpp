#include "trace/pcap.hpp"

#include <algorithm>
#include <filesystem>

namespace holdfast::trace {
namespace {

constexpr std::uint32_t magic = 0xa1b2c3d4;  // of microseconds, in the order of this file
constexpr std::uint32_t snapshot_length = 0x40000;
constexpr std::uint32_t link_type_ethernet = 1;
constexpr std::size_t ip_header_size = 20;
constexpr std::size_t tcp_header_size = 20;
constexpr std::size_t segment_max = 0x8000;
constexpr std::uint8_t tcp_protocol = 6;
constexpr std::uint32_t peer_address = 0x0a000001;    // 10.0.0.1
constexpr std::uint32_t switch_address = 0x0a000002;  // 10.0.0.2

// The file's own numbers are little-endian, those of the network big-endian.
std::string little(std::uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  return bytes;
}
std::string big(std::uint64_t value, int size) {
  const std::string bytes = little(value, size);
  return {bytes.rbegin(), bytes.rend()};
}

// The internet checksum: the ones' complement of the ones' complement sum of 16-bit words.
std::string checksum(std::string_view bytes) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint64_t byte = static_cast<std::uint8_t>(bytes[i]);
    sum += i % 2 == 0 ? byte << 8 : byte;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return big(~sum & 0xffff, 2);
}

}  // namespace

std::string pcap_file_header() {
  return little(magic, 4) + little(2, 2) + little(4, 2) + little(0, 4) + little(0, 4) +
         little(snapshot_length, 4) + little(link_type_ethernet, 4);
}

std::string PcapConnection::packet(Direction direction, std::string_view bytes) {
  const bool sent = direction == Direction::sent;
  const std::string addresses = sent ? big(peer_address, 4) + big(switch_address, 4)
                                     : big(switch_address, 4) + big(peer_address, 4);
  const std::string ports = sent ? big(peer_port_, 2) + big(pcap_link_port, 2)
                                 : big(pcap_link_port, 2) + big(peer_port_, 2);
  std::uint32_t& sequence = sent ? sent_ : received_;
  const std::uint32_t acknowledged = sent ? received_ : sent_;
  // Data offset of five words, PSH and ACK, the whole window; the checksum; no urgent data.
  std::string tcp = ports + big(sequence, 4) + big(acknowledged, 4) + "\x50\x18\xff\xff";
  const std::string urgent(2, '\0');
  const std::string unchecked = tcp + std::string(2, '\0') + urgent + std::string(bytes);
  tcp += checksum(addresses + big(tcp_protocol, 2) + big(unchecked.size(), 2) + unchecked) + urgent;
  sequence += static_cast<std::uint32_t>(bytes.size());

  // Version 4 of five words; total length; identification; not to be fragmented; 64 hops.
  std::string ip = "\x45" + std::string(1, '\0') +
                   big(ip_header_size + tcp_header_size + bytes.size(), 2) + big(++packets_, 2) +
                   big(0x4000, 2) + big(64, 1) + big(tcp_protocol, 1);
  ip += checksum(ip + addresses) + addresses;

  const std::string to_switch = big(0x020000000002, 6) + big(0x020000000001, 6);
  const std::string to_peer = big(0x020000000001, 6) + big(0x020000000002, 6);
  return (sent ? to_switch : to_peer) + big(0x0800, 2) + ip + tcp + std::string(bytes);
}

std::string PcapConnection::records(Direction direction, std::string_view frame,
                                    std::chrono::system_clock::time_point at) {
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
  constexpr std::int64_t million = 1'000'000;
  const std::string time = little(static_cast<std::uint64_t>(since_epoch / million), 4) +
                           little(static_cast<std::uint64_t>(since_epoch % million), 4);
  std::string records;
  while (!frame.empty()) {
    const std::string whole = packet(direction, frame.substr(0, segment_max));
    frame.remove_prefix(std::min(frame.size(), segment_max));
    const std::string size = little(whole.size(), 4);
    records.append(time).append(size).append(size).append(whole);
  }
  return records;
}

bool PcapFile::open(const std::string& path) {
  namespace fs = std::filesystem;
  file_.open(path, std::ios::binary | std::ios::trunc);
  std::error_code failure;
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, failure);
  file_ << pcap_file_header();
  return file_.good() && !failure;
}

void PcapFile::add(std::uint16_t peer_port, Direction direction, std::string_view frame) {
  PcapConnection& connection =
      connections_.try_emplace(peer_port, PcapConnection(peer_port)).first->second;
  file_ << connection.records(direction, frame, std::chrono::system_clock::now());
}

bool PcapFile::close() {
  file_.close();
  return file_.good();
}

}  // namespace holdfast::trace
