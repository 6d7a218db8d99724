// Package synthetic compares a treated unit with a mix of untreated ones that moved as it did before the start.
//
// Outcomes by unit and period enter; weights, gaps, an effect, placebo tests and warnings leave. Two estimators: Control,
// the synthetic control of Abadie, Diamond & Hainmueller (2010, Journal of the American Statistical Association
// 105:493–505), and DiD, the synthetic difference in differences of Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021,
// American Economic Review 111:4088–4118), for one start or several. There is no I/O and no state, so a crash has nothing
// to spoil; what is drawn comes from a seed that is part of the result. It refuses to stop short of the exact weights, to
// judge a unit whose weights the data do not determine, and to let NaN out.
package synthetic
