// Tail probabilities that tests of significance need. Upper tails are computed as such, so small ones keep
// their digits: relative error below 1e-12 where the value exceeds 1e-300. NaN in, NaN out.
//
// Source: continued fractions and series for the incomplete beta and gamma functions as in Abramowitz and
// Stegun, Handbook of Mathematical Functions (1964), 6.5.31, 26.5.8.
#pragma once

namespace isotherm {

/// P(|Z| > |z|) of the standard normal distribution.
double normal_two_sided(double z);
/// P(|T| > |t|) of Student's distribution with `df` degrees of freedom (real, above 0).
double student_two_sided(double t, double df);
/// P(X > x) of chi-squared with `df` degrees of freedom.
double chi_squared_upper(double x, double df);
/// P(F > f) of Fisher's distribution.
double fisher_upper(double f, double df1, double df2);
/// The t at which student_two_sided(t, df) is `p`, 0 < p < 1. An infinite `df` means the normal distribution.
double student_quantile_two_sided(double p, double df);

}  // namespace isotherm
