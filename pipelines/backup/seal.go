package backup

import (
	"errors"
	"hulian/pipelines"
	"io"
	"os"
	"strings"

	"filippo.io/age"
)

// Encrypted ends the name of an encrypted backup: it is a file of the format age, which other programs open too.
const Encrypted = ".age"

// ageHeader begins every file of the format.
const ageHeader = "age-encryption.org/"

// Errors of encrypted backups.
var (
	ErrNoPassphrase    = errors.New("it is encrypted")
	ErrWrongPassphrase = errors.New("the passphrase does not open it")
)

type plainWriter struct{ io.Writer }

func (plainWriter) Close() error { return nil }

// sealed writes what is written to it, encrypted where there is a passphrase. It is closed before the file is.
func sealed(to io.Writer, passphrase string) (io.WriteCloser, error) {
	if passphrase == "" {
		return plainWriter{to}, nil
	}
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	return age.Encrypt(to, recipient)
}

// unsealed gives the zip file within a backup, and its size in bytes.
func unsealed(file *os.File, passphrase string) (io.ReaderAt, int64, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	header := make([]byte, len(ageHeader))
	if n, _ := file.ReadAt(header, 0); !strings.HasPrefix(string(header[:n]), ageHeader) { // a file too short is no zip file either
		return file, info.Size(), nil
	}
	if passphrase == "" {
		return nil, 0, ErrNoPassphrase
	}
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, 0, err
	}
	plain, size, err := age.DecryptReaderAt(file, info.Size(), identity)
	var unmatched *age.NoIdentityMatchError
	if errors.As(err, &unmatched) {
		return nil, 0, ErrWrongPassphrase
	}
	if err != nil {
		return nil, 0, pipelines.Errorf("decrypt it: %w", err)
	}
	return plain, size, nil
}
