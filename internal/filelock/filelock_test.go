package filelock

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// A file is held by its writer, also for other processes, and no longer once that one was killed.
func TestHeld(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such locks on Windows")
	}
	name := filepath.Join(t.TempDir(), "f")
	if name := os.Getenv("CALLFLOW_TEST_HOLD"); name != "" {
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		Hold(f)
		os.Stdout.WriteString("held\n")
		_, _ = os.Stdin.Read(make([]byte, 1)) // until it is killed
		return
	}
	if Held(name) {
		t.Error("a file that is not there is held")
	}
	writer := exec.Command(os.Args[0], "-test.run=^TestHeld$")
	writer.Env = append(os.Environ(), "CALLFLOW_TEST_HOLD="+name)
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writer.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	defer writer.Wait()
	defer writer.Process.Kill()
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatal(line, err)
	}
	if !Held(name) {
		t.Error("the file is not held while another process writes it")
	}
	if RemoveAbandoned(name); !Held(name) {
		t.Error("the file of another process was removed")
	}
	if err := writer.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = writer.Wait()
	if Held(name) {
		t.Error("the file is held though its process was killed")
	}
	RemoveAbandoned(name)
	if _, err := os.Stat(name); err == nil {
		t.Error("what a killed process has left is still there")
	}
}
