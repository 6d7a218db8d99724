// Package data holds what hulian knows before it reads anything: the contracts of the 20 exports, the sentences for
// problems, and the programme's defaults (targets, deadlines, star tiers, hard criteria), all as embedded YAML.
//
// YAML enters at build time; typed values leave. Nothing is written, so nothing is at stake in a crash. It refuses
// unknown keys, columns that reference exports or columns that do not exist, and enumerations without words, at the
// first call; a test makes that call.
package data
