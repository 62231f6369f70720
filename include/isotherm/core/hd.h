// Marks a function that compiles for the host and for a CUDA device. Everything that has meaning (coverage
// geometry, quality bits, statistic updates, formula steps) carries this mark, so that each backend runs the
// same text.
#pragma once

#ifdef __CUDACC__
#define ISO_HD __host__ __device__
#else
#define ISO_HD
#endif
