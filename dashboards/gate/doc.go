// Package gate is what a report goes through before it leaves the house: to the committee, to a village, or to everybody.
//
// A view and its readers enter; what they may read of it leaves, with how much was withheld, or a refusal that names the place and
// never what stands there. Nothing is written: whoever hands the report out keeps the entry in the trail. The gate refuses the
// numbers of persons that masking has missed, on any paper, and addresses on one for everybody.
//
// On a paper for everybody the names of known persons are masked and small numbers of persons and households are withheld, with as many
// others as it takes that they can neither be worked out again nor be told closer than "fewer than 5" (see withhold). It knows numbers by the columns they stand in: all
// whole numbers are taken for persons, unless the column is declared view.Column.Harmless. It does not guard against what its readers
// know besides, nor against two papers that are set against each other, of two months or of two kinds: the change of a number that both show
// may be of 1 to 4 persons. Only withholding every number that has hardly changed would hide it, which is most of them in a quiet month, and a
// notice that says nothing is none; the paper itself says that this is not guarded against, so that whoever accepts it looks.
package gate
