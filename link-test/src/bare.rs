//! What the C runtime and std do otherwise: the entry, the exit, the panic handler, and the four functions on memory
//! that the compiler may call at any place.

use core::panic::PanicInfo;

// The stack is where the kernel put it; the exit is the system call, since there is no C library to ask.
#[cfg(target_arch = "x86_64")]
core::arch::global_asm!(
    ".globl _start",
    "_start:",
    "and rsp, -16",
    "call {main}",
    "movzx edi, al",
    "mov eax, 231",
    "syscall",
    "ud2",
    main = sym main
);
#[cfg(target_arch = "aarch64")]
core::arch::global_asm!(
    ".globl _start",
    "_start:",
    "bl {main}",
    "mov x8, #94",
    "svc #0",
    "brk #1",
    main = sym main
);

extern "C" fn main() -> u8 {
    super::run()
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

/// Named by the unwind tables of the precompiled core; never called, since a panic does not unwind here.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// See [`rust_eh_personality`].
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() {}

/// # Safety
///
/// As in C: `len` bytes at both places, which do not overlap.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    for at in 0..len {
        // SAFETY: the caller vouches for `len` bytes at both. Volatile keeps the loop from becoming a call of memcpy.
        unsafe { to.add(at).write_volatile(from.add(at).read()) };
    }
    to
}

/// # Safety
///
/// As in C: `len` bytes at both places.
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    let forwards = to.cast_const() < from;
    for step in 0..len {
        let at = if forwards { step } else { len - 1 - step };
        // SAFETY: as in `memcpy`; the order reads each byte before it is overwritten.
        unsafe { to.add(at).write_volatile(from.add(at).read()) };
    }
    to
}

/// # Safety
///
/// As in C: `len` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, len: usize) -> *mut u8 {
    for at in 0..len {
        // SAFETY: the caller vouches for `len` bytes.
        unsafe { to.add(at).write_volatile(byte.to_le_bytes()[0]) };
    }
    to
}

/// # Safety
///
/// As in C: `len` bytes at both places.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, len: usize) -> i32 {
    for at in 0..len {
        // SAFETY: the caller vouches for `len` bytes at both.
        let (left, right) = unsafe { (left.add(at).read_volatile(), right.add(at).read_volatile()) };
        if left != right {
            return i32::from(left) - i32::from(right);
        }
    }
    0
}

/// # Safety
///
/// As [`memcmp`].
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(left: *const u8, right: *const u8, len: usize) -> i32 {
    // SAFETY: the caller's.
    unsafe { memcmp(left, right, len) }
}
