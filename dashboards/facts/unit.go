package facts

import "hulian/queries"

// Levels of units, as the measure table names them.
const (
	LevelTown    = queries.Town
	LevelVillage = queries.Village
	LevelBranch  = queries.Branch
	LevelMember  = queries.Member
)

// Unit is one town, village or branch.
type Unit struct {
	Level          queries.Level
	ID             string
	Name           string
	ParentID       string
	VillageID      string // of a branch: its village; of a village: itself
	Phase          string // pilot, rollout or empty
	Kind           string // of a village, what the committee calls it: weak, dispute_prone, complicated or empty
	ProgrammeStart string // YYYY-MM-DD, or empty
}
