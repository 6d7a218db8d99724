// Package sample writes the exports of a town that does not exist, in the way clerks and systems write them.
//
// What enters is a folder, a seed and a size. What leaves are files in Dir/inbox, one folder a month, in the formats
// that arrive in practice, dirt included; and in Dir/truth what was planted: the programme's effect by village and month,
// weak villages and why, fabricated visits, bursts of points, promising members, every row that must be refused. The
// pipeline never reads the truth; tests and benchmarks compare with it. Something happens on the last day of the last
// month, so that the data end there by themselves.
// The same seed gives the same bytes, on every machine and on every day.
//
// The names and codes of the first town's eleven units, and the published totals it must reach, are public facts.
// Everything else, every person, number, weakness and effect, is invented, and the folder says so in its NOTE.
//
// Events are made and written month by month: no more than one month of one town's visits is in memory, so that a
// province of towns can be written by the same code. After a crash, writing again replaces the files of the same
// names; truth/planted.json is written last, so that its presence means the town is complete. It refuses sizes that
// leave a branch without an active member, and months that are none.
package sample
