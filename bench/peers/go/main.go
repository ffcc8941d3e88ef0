// OPA, cel-go and Casbin on a translated workload: `peers PEER FOLDER SECONDS` prints one row as
// JSON.
//
// Neighbours: ../run.py starts it and reads the row. Requests and policies are made ready before
// anything is timed, as in every runner of this folder.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"cel.dev/cel-go/cel"
	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown/cache"
)

// asked is a line of requests.jsonl.
type asked struct {
	Request map[string]any `json:"request"`
	Expect  string         `json:"expect"`
}

// row is what is printed.
type row struct {
	Peer       string  `json:"peer"`
	P50        float64 `json:"peer_p50"`
	LoadMs     float64 `json:"load_ms"`
	Requests   int     `json:"requests"`
	Passes     int     `json:"passes"`
	Checked    int     `json:"checked"`
	Mismatches int     `json:"mismatches"`
	Allowed    int     `json:"allowed"`
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func read(folder, name string) []byte {
	return must(os.ReadFile(filepath.Join(folder, name)))
}

func requests(folder string) []asked {
	file := must(os.Open(filepath.Join(folder, "requests.jsonl")))
	defer file.Close()
	var out []asked
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var one asked
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			log.Fatal(err)
		}
		out = append(out, one)
	}
	return out
}

// opa prepares the query once and gives each input as a parsed value. Compiled globs are kept, all
// of them: the usual hundred would have them compiled again and again.
func opa(folder string, all []asked) func(int) bool {
	ctx := context.Background()
	globs := cache.NewInterQueryValueCache(ctx, &cache.Config{})
	query := must(rego.New(
		rego.Query("data.bench.decision"),
		rego.Module("policy.rego", string(read(folder, "policy.rego"))),
	).PrepareForEval(ctx))
	inputs := make([]ast.Value, len(all))
	for i, one := range all {
		inputs[i] = must(ast.InterfaceToValue(one.Request))
	}
	return func(i int) bool {
		results := must(query.Eval(ctx, rego.EvalParsedInput(inputs[i]),
			rego.EvalInterQueryBuiltinValueCache(globs)))
		return len(results) == 1 && results[0].Expressions[0].Value == "allow"
	}
}

// celGo has no rules: a loop over programs, as every gateway writes it. Blocks come first.
func celGo(folder string, all []asked) func(int) bool {
	var rules []struct{ Effect, Expression string }
	if err := json.Unmarshal(read(folder, "policy.cel.json"), &rules); err != nil {
		log.Fatal(err)
	}
	var options []cel.EnvOption
	for name := range all[0].Request {
		kind := cel.StringType
		if name == "risk" {
			kind = cel.IntType
		} else if name == "agent_roles" {
			kind = cel.ListType(cel.StringType)
		}
		options = append(options, cel.Variable(name, kind))
	}
	env := must(cel.NewEnv(options...))
	type compiled struct {
		allow   bool
		program cel.Program
	}
	var programs []compiled
	for _, rule := range rules {
		tree, issues := env.Compile(rule.Expression)
		if issues.Err() != nil {
			log.Fatal(issues.Err())
		}
		program := must(env.Program(tree, cel.EvalOptions(cel.OptOptimize)))
		programs = append(programs, compiled{rule.Effect == "allow", program})
	}
	inputs := make([]cel.Activation, len(all))
	for i, one := range all {
		values := map[string]any{}
		for name, value := range one.Request {
			switch value := value.(type) {
			case float64:
				values[name] = int64(value)
			case []any:
				texts := make([]string, len(value))
				for j, text := range value {
					texts[j] = text.(string)
				}
				values[name] = texts
			default:
				values[name] = value
			}
		}
		inputs[i] = must(cel.NewActivation(values))
	}
	return func(i int) bool {
		for _, one := range programs {
			value, _, err := one.program.Eval(inputs[i])
			if err != nil {
				log.Fatal(err)
			}
			if value.Value() == true {
				return one.allow
			}
		}
		return false
	}
}

func casbinGo(folder string, all []asked) func(int) bool {
	var policy struct {
		Model      string
		Attributes []string
		Rules      [][]string
	}
	if err := json.Unmarshal(read(folder, "policy.casbin.json"), &policy); err != nil {
		log.Fatal(err)
	}
	enforcer := must(casbin.NewEnforcer(must(model.NewModelFromString(policy.Model))))
	enforcer.EnableLog(false)
	must(enforcer.AddPolicies(policy.Rules))
	inputs := make([][]any, len(all))
	for i, one := range all {
		for _, name := range policy.Attributes {
			value := one.Request[name]
			if number, ok := value.(float64); ok {
				value = strconv.Itoa(int(number))
			}
			inputs[i] = append(inputs[i], value)
		}
	}
	return func(i int) bool {
		return must(enforcer.Enforce(inputs[i]...))
	}
}

// measure checks what the oracle has answered, then times passes.
func measure(all []asked, seconds float64, allows func(int) bool) row {
	var out row
	begin := time.Now()
	for i, one := range all {
		if one.Expect == "" || (out.Checked >= 32 && time.Since(begin).Seconds() > seconds) {
			break
		}
		out.Checked++
		if allows(i) != (one.Expect == "allow") {
			out.Mismatches++
		}
	}
	call := time.Since(begin).Seconds() / float64(max(out.Checked, 1))
	out.Requests = min(max(int(seconds/call/5), min(32, len(all))), len(all))
	out.Passes = min(max(int(seconds/call/float64(out.Requests)), 5), 200)
	times := make([]float64, out.Passes)
	for pass := range times {
		begin := time.Now()
		for i := range out.Requests {
			if allows(i) {
				out.Allowed++
			}
		}
		times[pass] = float64(time.Since(begin).Nanoseconds()) / float64(out.Requests)
	}
	slices.Sort(times)
	out.P50 = times[out.Passes/2]
	return out
}

func main() {
	peers := map[string]func(string, []asked) func(int) bool{
		"opa": opa, "cel-go": celGo, "casbin": casbinGo,
	}
	if len(os.Args) != 4 || peers[os.Args[1]] == nil {
		log.Fatal("peers PEER FOLDER SECONDS")
	}
	peer, folder := os.Args[1], os.Args[2]
	seconds := must(strconv.ParseFloat(os.Args[3], 64))
	all := requests(folder)
	begin := time.Now()
	allows := peers[peer](folder, all)
	load := time.Since(begin)
	out := measure(all, seconds, allows)
	out.Peer, out.LoadMs = peer, float64(load.Microseconds())/1e3
	fmt.Println(string(must(json.Marshal(out))))
}
