// Marks a function that is compiled twice: for every x86-64 processor, and with the wider vectors of AVX2,
// which the loader chooses where the processor has them. Loops over pixels are twice as wide then. AVX2 alone
// has no contracted operations, so both give the same bits. What such a function calls takes part only where
// it is inlined. Sanitizers cannot choose that early, and other compilers and machines compile the one.
#pragma once

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__OPTIMIZE__)
#define ISO_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define ISO_VECTOR_CLONES
#endif
