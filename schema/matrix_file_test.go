package schema

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func checkRows(matrix, file, rows, step string) (*Plan, Problems) {
	text := fmt.Sprintf("matrix: %s\nsteps:\n  - log: %s\n", matrix, step)
	files := fstest.MapFS{"flows/" + file: {Data: []byte(rows)}}
	return Check(Source{Name: "flows/a.yaml", Text: []byte(text), FS: files}, smallVocabulary())
}

// TestMatrixFile: what is in a file of rows arrives as it was written, and rows are named by what tells them apart.
func TestMatrixFile(t *testing.T) {
	for _, tt := range []struct {
		name, matrix, file, rows string
		want                     []string // rows: their names, then their values
	}{
		{"text stays text", "rows.csv", "rows.csv", "phone,ext,urgent\n+15551234567,0123,true\n00491234,,no\n",
			[]string{`phone=+15551234567, ext=0123, urgent=true: map[ext:0123 phone:+15551234567 urgent:true]`,
				`phone=00491234, ext=, urgent=no: map[ext: phone:00491234 urgent:no]`}},
		{"named by its column", "{file: rows.csv}", "rows.csv", "phone,name\n1,Carol\n2,Dora\n",
			[]string{"name=Carol: map[name:Carol phone:1]", "name=Dora: map[name:Dora phone:2]"}},
		{"quotes, spaces, a cell of two lines", "rows.csv", "rows.csv", "who , note\n Carol ,\" says \"\"hello, you\"\" \"\nDora,\"two\nlines\"\n\n",
			[]string{`who=Carol, note= says "hello, you" : map[note: says "hello, you"  who:Carol]`, "who=Dora, note=two\nlines: map[note:two\nlines who:Dora]"}},
		{"as Excel writes it", "rows.csv", "rows.csv", "\ufeffwho;floor\r\nCarol;3,5\r\nDora;4\r\n",
			[]string{"who=Carol, floor=3,5: map[floor:3,5 who:Carol]", "who=Dora, floor=4: map[floor:4 who:Dora]"}},
		{"tabs, and the ends of lines of old Macs", "rows.csv", "rows.csv", "who\tfloor\rCarol\t3\r",
			[]string{"who=Carol, floor=3: map[floor:3 who:Carol]"}},
		{"YAML is typed", "people.yaml", "people.yaml", "- {who: Carol, floor: 3, phone: +1555, vip: true, media: [audio]}\n- {who: Dora, floor: 4, phone: 0123, vip: false, media: [audio, video]}\n",
			[]string{`who=Carol, floor=3, phone=+1555, vip=true, media=["audio"]: map[floor:3 media:[audio] phone:+1555 vip:true who:Carol]`,
				`who=Dora, floor=4, phone=0123, vip=false, media=["audio","video"]: map[floor:4 media:[audio video] phone:0123 vip:false who:Dora]`}},
		{"with axes, exclude and include", "{file: rows.csv, media: [audio, video], exclude: [{who: Dora, media: video}], include: [{who: Carol, lines: 2}, {who: Dora, lines: 1}]}",
			"rows.csv", "who\nCarol\nDora\n",
			[]string{"who=Carol, media=audio: map[lines:2 media:audio who:Carol]", "who=Carol, media=video: map[lines:2 media:video who:Carol]",
				"who=Dora, media=audio: map[lines:1 media:audio who:Dora]"}},
		{"an axis may be called file", "{file: [a, b]}", "rows.csv", "", []string{"file=a: map[file:a]", "file=b: map[file:b]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, ps := checkRows(tt.matrix, tt.file, tt.rows, "hello")
			if plan == nil {
				t.Fatal(ps)
			}
			var got []string
			for _, r := range plan.Rows {
				got = append(got, fmt.Sprintf("%s: %v", r.Name, r.Values))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestMatrixFileProblems: what is wrong with a file of rows is said at its line and column there.
func TestMatrixFileProblems(t *testing.T) {
	for _, tt := range []struct{ name, matrix, file, rows, step, want string }{
		{"no such file", "row.csv", "rows.csv", "", "x", `flows/a.yaml:1:9: there is no file flows/row.csv; a path is relative to the folder of the file that says it [matrix]; did you mean rows.csv?`},
		{"outside", "/etc/rows.csv", "rows.csv", "", "x", `flows/a.yaml:1:9: "/etc/rows.csv" cannot be read from here [matrix]; write a path relative`},
		{"another kind", "rows.xlsx", "rows.xlsx", "", "x", `flows/a.yaml:1:9: "rows.xlsx" cannot hold rows: only files that end in .csv, .yaml or .yml do [matrix]`},
		{"empty", "rows.csv", "rows.csv", "", "x", "flows/rows.csv:1:1: the file is empty [empty-file]"},
		{"only a header", "rows.csv", "rows.csv", "who,floor\n", "x", "flows/a.yaml:1:9: the matrix has no rows, so there is nothing to run [matrix]"},
		{"a short row", "rows.csv", "rows.csv", "who,floor\nCarol,1\nDora\n", "x", "flows/rows.csv:3:1: this row has 1 cell, the first row has 2 [matrix]; a cell with a separator in it is written in quotes"},
		{"a column twice", "rows.csv", "rows.csv", "who,floor,who\na,b,c\n", "x", `flows/rows.csv:1:11: there is a column "who" already [matrix]`},
		{"a column without a name", "rows.csv", "rows.csv", "who,\na,b\n", "x", "flows/rows.csv:1:5: column 2 has no name"},
		{"a name that cannot be spelt", "rows.csv", "rows.csv", "who,Phone number\na,b\n", "x", `flows/rows.csv:1:5: "Phone number" is not a name that expressions can spell [bad-name]`},
		{"a row twice", "rows.csv", "rows.csv", "name,floor\nCarol,1\nCarol,2\n", "x", "flows/rows.csv:3:1: the row [name=Carol] is there twice [matrix]"},
		{"an expression", "rows.csv", "rows.csv", "who\n${{ env.WHO }}\n", "x", "flows/rows.csv:2:1: the rows of a matrix are known before the run; ${{ }} cannot stand here [not-literal]"},
		{"a quote inside", "rows.csv", "rows.csv", "who,note\nÄnne,5\" high\n", "x", "flows/rows.csv:2:7: a quote stands in the middle of a cell [matrix]; a cell with \" in it"},
		{"a quote that nobody closes", "rows.csv", "rows.csv", "who,note\nCarol,\"open\nDora,x\n", "x", "flows/rows.csv:2:1: the quotes of a cell in this row do not close"},
		{"Windows letters", "rows.csv", "rows.csv", "who\nJ\xfcrgen\n", "x", "flows/rows.csv:2:2: byte 0xfc is not UTF-8; save the file as UTF-8 [not-utf8]"},
		{"UTF-16", "rows.csv", "rows.csv", "\xff\xfew\x00h\x00o\x00", "x", "flows/rows.csv:1:1: the file is UTF-16; save it as UTF-8 [not-utf8]"},
		{"NUL", "rows.csv", "rows.csv", "who\na\x00\n", "x", "flows/rows.csv:2:2: the control character U+0000 cannot stand"},
		{"too many", "rows.csv", "rows.csv", "n\n" + numbers(1001), "x", "flows/a.yaml:1:9: the matrix has more than 1000 rows [matrix]"},
		{"an unknown column", "rows.csv", "rows.csv", "who\nCarol\n", "${{ matrix.woh }}", `flows/a.yaml:3:21: matrix has no field "woh"; did you mean "who"?`},
		{"text is no number", "rows.csv", "rows.csv", "floor\n3\n", "${{ matrix.floor > 3 }}", "[expr-type]"},
		{"a column that is an axis", "{file: rows.csv, who: [a]}", "rows.csv", "who\nCarol\n", "x", "flows/a.yaml:1:9: who is a column of the file and an axis too [matrix]"},
		{"YAML that is no list", "rows.yaml", "rows.yaml", "who: Carol\n", "x", "flows/rows.yaml:1:1: this is a mapping; a list of rows, each a mapping of names to values, is wanted [wrong-kind]"},
		{"YAML with another key", "rows.yaml", "rows.yaml", "- {who: Carol}\n- {woh: Dora}\n", "x", `flows/rows.yaml:2:4: the first row has no "woh"; all rows have the same keys [matrix]; did you mean who?`},
		{"YAML with a key less", "rows.yaml", "rows.yaml", "- {who: Carol, floor: 1}\n- {who: Dora}\n", "x", `flows/rows.yaml:2:3: this row has no value for floor, which the first one has [matrix]`},
		{"no YAML", "rows.yaml", "rows.yaml", "- {who: Carol\n", "x", "[yaml-syntax]"},
		{"no file at all", "''", "rows.csv", "", "x", "flows/a.yaml:1:9: the name of the file with the rows is empty [empty-value]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, ps := checkRows(tt.matrix, tt.file, tt.rows, tt.step)
			if plan != nil || !strings.Contains(ps.Error(), tt.want) {
				t.Errorf("got:\n%s\nwant:\n%s", ps.Error(), tt.want)
			}
			if n := len(ps); n > 2 {
				t.Errorf("%d problems for one mistake:\n%s", n, ps.Error())
			}
		})
	}
}

func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintln(&b, i)
	}
	return b.String()
}

func FuzzMatrixFile(f *testing.F) {
	for _, rows := range []string{"who,floor\nCarol,1\n", "a;b\r\n\"x\"\"y\";2\r\n", "\ufeffa\tb\n\"open", "- {a: 1}\n- {b: 2}\n", "a\n\n\n\"\"\n"} {
		f.Add("rows.csv", rows)
		f.Add("rows.yaml", rows)
	}
	f.Fuzz(func(t *testing.T, file, rows string) {
		if file != "rows.csv" {
			file = "rows.yaml"
		}
		plan, ps := checkRows(file, file, rows, "hello")
		if (plan == nil) != ps.Failed() {
			t.Fatalf("plan is nil: %v, but %v", plan == nil, ps)
		}
		for _, p := range ps {
			if p.Code == "internal" || p.Line < 1 || p.Col < 1 {
				t.Fatal(p)
			}
		}
	})
}
