// What programs of other makers say of a log: one word for each question, exit code 0 for yes.
//
//	fsck DIR KEY                  Tessera's fsck: is the whole log good?
//	flips DIR KEY STEP            does it find each STEPth byte, flipped?
//	proof FILE KEY [WITNESS]      x/mod's note and tlog, and torchwood: does it prove its entry?
//	agent SOCKET                  holds a key for a witness until its standard input ends
package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"filippo.io/torchwood"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Files of a log in memory, and which of them were asked for.
type files struct {
	content map[string][]byte
	lock    sync.Mutex
	asked   map[string]bool
}

func (f *files) read(path string) ([]byte, error) {
	if content, ok := f.content[path]; ok {
		f.lock.Lock()
		f.asked[path] = true
		f.lock.Unlock()
		return bytes.Clone(content), nil
	}
	return nil, fmt.Errorf("%s: %w", path, os.ErrNotExist)
}

func (f *files) ReadCheckpoint(context.Context) ([]byte, error) { return f.read("checkpoint") }

func (f *files) ReadTile(_ context.Context, level, index uint64, partial uint8) ([]byte, error) {
	return f.read(layout.TilePath(level, index, partial))
}

func (f *files) ReadEntryBundle(_ context.Context, index uint64, partial uint8) ([]byte, error) {
	return f.read(layout.EntriesPath(index, partial))
}

func load(folder string) *files {
	all := &files{content: map[string][]byte{}, asked: map[string]bool{}}
	must(filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		name, _ := filepath.Rel(folder, path)
		all.content[name], err = os.ReadFile(path)
		return err
	}))
	return all
}

func hashes(bundle []byte) ([][]byte, error) {
	parsed := &api.EntryBundle{}
	if err := parsed.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	var out [][]byte
	for _, entry := range parsed.Entries {
		out = append(out, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return out, nil
}

// It hangs where as many tiles are wrong as it has workers: sixteen, and a deadline.
func check(all *files, key note.Verifier) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- fsck.New(key.Name(), key, all, hashes, fsck.Opts{N: 16}).Check(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Partial tiles of former sizes are no part of the log under its newest checkpoint.
func flips(all *files, key note.Verifier, step int) error {
	if err := check(all, key); err != nil {
		return err
	}
	var names []string
	for name := range all.asked {
		names = append(names, name)
	}
	sort.Strings(names)
	done, at := 0, 0
	for _, name := range names {
		content := all.content[name]
		for i := range content {
			if at++; at%step != 0 {
				continue
			}
			content[i] ^= 1 << (at % 8)
			err := check(all, key)
			content[i] ^= 1 << (at % 8)
			if err == nil {
				return fmt.Errorf("byte %d of %s was flipped and not found", i, name)
			}
			done++
		}
	}
	fmt.Println(done)
	return nil
}

func proof(text []byte, key note.Verifier, witness string) error {
	// By hand, with the parts that Go's own module mirror uses.
	head, signed, found := strings.Cut(string(text), "\n\n")
	if !found {
		return fmt.Errorf("no checkpoint")
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(key))
	if err != nil {
		return err
	}
	var record tlog.RecordProof
	var index, size int64
	var leaf []byte
	for _, line := range strings.Split(head, "\n")[1:] {
		if rest, ok := strings.CutPrefix(line, "extra "); ok {
			leaf, err = base64.StdEncoding.DecodeString(rest)
		} else if rest, ok := strings.CutPrefix(line, "index "); ok {
			index, err = strconv.ParseInt(rest, 10, 64)
		} else {
			var hash tlog.Hash
			hash, err = tlog.ParseHash(line)
			record = append(record, hash)
		}
		if err != nil {
			return err
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(record, size, root, index, tlog.RecordHash(leaf)); err != nil {
		return err
	}
	// And as a whole.
	policy := "log " + vkey(os.Args[3]) + "\n"
	if witness == "" {
		policy += "quorum none\n"
	} else {
		policy += "witness w " + witness + "\nquorum w\n"
	}
	parsed, err := torchwood.ParsePolicy([]byte(policy))
	if err != nil {
		return err
	}
	return torchwood.VerifyProof(parsed, tlog.RecordHash(leaf), text)
}

func holdKey(socket string) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	keyring := agent.NewKeyring()
	must(keyring.Add(agent.AddedKey{PrivateKey: private}))
	signer, err := ssh.NewSignerFromKey(private)
	must(err)
	listener, err := net.Listen("unix", socket)
	must(err)
	fmt.Println(ssh.FingerprintSHA256(signer.PublicKey()))
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go agent.ServeAgent(keyring, connection)
		}
	}()
	io.Copy(io.Discard, os.Stdin)
}

func vkey(text string) string { return strings.TrimSpace(text) }

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	question := os.Args[1]
	if question == "agent" {
		holdKey(os.Args[2])
		return
	}
	key, err := note.NewVerifier(vkey(os.Args[3]))
	must(err)
	switch question {
	case "fsck":
		must(check(load(os.Args[2]), key))
	case "flips":
		step, err := strconv.Atoi(os.Args[4])
		must(err)
		must(flips(load(os.Args[2]), key, step))
	case "proof":
		text, err := os.ReadFile(os.Args[2])
		must(err)
		witness := ""
		if len(os.Args) > 4 {
			witness = os.Args[4]
		}
		must(proof(text, key, witness))
	}
	fmt.Println("good")
}
