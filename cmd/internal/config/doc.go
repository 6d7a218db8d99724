// Package config turns the town's hulian.yaml, the environment and the command's flags into one plain struct.
//
// A folder, HULIAN_… variables and flags enter; a Config leaves. A flag wins over the environment, the environment
// over the file, the file over the default; every key has a default. Nothing is written, so nothing is at stake in a
// crash. It refuses keys that do not exist, naming the nearest one that does, and values that cannot be meant,
// naming where they came from. It is the only user of viper.
package config
