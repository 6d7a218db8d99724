package pipelines

// HandedInFiles is the export in which stands who handed files in on a page, and for which village. The program writes a file of it
// beside each upload.
const HandedInFiles = "handed_in_files"

// HandedIn is who handed files in on a page, and what he may hand in.
type HandedIn struct {
	By         string   // as the audit trail knows him
	Village    string   // the only village whose rows he may hand in; empty: those of the whole town
	AcceptedBy string   // who accepted the files; empty where the town asks for no second person
	Files      []string // SHA-256 of the files, lower-case hex
}
