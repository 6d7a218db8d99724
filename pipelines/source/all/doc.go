// Package all is the registry of the kinds of sources, and the reader of a town's sources.yaml.
//
// A YAML text with a list of sources enters; source.Source values leave, in the order given, each under its name. A
// new kind is a package beside this one and a line in the list of kinds. Nothing is written and nothing is connected
// to, so nothing is at stake in a crash. It refuses kinds and keys that do not exist, naming the nearest one that
// does, names that stand twice, and whatever a kind's own configuration refuses, each with the line in the file.
package all
