// Memory for large arrays that are read at random: on large pages, of which the processor finds
// more without a walk, and which come with fewer faults.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <type_traits>

namespace engine {

// Linux on x86-64 and most arm64: the smallest of the large ones.
inline constexpr std::size_t large_page_size = std::size_t{2} << 20;

// Smaller arrays get what new gives. Where the system has no large pages, or none left, all do.
template <class T>
struct LargePageAllocator {
  using value_type = T;
  using is_always_equal = std::true_type;

  LargePageAllocator() = default;
  template <class U>
  LargePageAllocator(const LargePageAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    const std::size_t size = count * sizeof(T);
    void* memory = ::operator new(size, alignment(size));
    if (size >= large_page_size) ::madvise(memory, size, MADV_HUGEPAGE);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    ::operator delete(memory, alignment(count * sizeof(T)));
  }
  friend bool operator==(const LargePageAllocator&, const LargePageAllocator&) { return true; }

 private:
  static std::align_val_t alignment(std::size_t size) {
    constexpr std::size_t usual = alignof(T) > __STDCPP_DEFAULT_NEW_ALIGNMENT__
                                      ? alignof(T)
                                      : __STDCPP_DEFAULT_NEW_ALIGNMENT__;
    return std::align_val_t{size >= large_page_size ? large_page_size : usual};
  }
};

}  // namespace engine
