//! Cedar and regorus on a translated workload: `peers PEER FOLDER SECONDS` prints one row as JSON.
//!
//! Neighbours: ../run.py starts it and reads the row. Requests and policies are made ready before
//! anything is timed, as in every runner of this folder.

use std::fs::read_to_string;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Instant;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
};
use serde_json::{json, Value};

type Fault = Box<dyn std::error::Error>;

/// A line of requests.jsonl.
struct Asked {
    request: Value,
    expect: Option<String>,
}

fn requests(folder: &str) -> Result<Vec<Asked>, Fault> {
    let mut out = Vec::new();
    for line in read_to_string(format!("{folder}/requests.jsonl"))?.lines() {
        let mut line: Value = serde_json::from_str(line)?;
        let expect = line["expect"].as_str().map(str::to_owned);
        out.push(Asked { request: line["request"].take(), expect });
    }
    Ok(out)
}

/// Checks what the oracle has answered, then times passes; `allows(i)` decides request i.
fn measure(
    peer: &str, load_ms: f64, asked: &[Asked], seconds: f64, mut allows: impl FnMut(usize) -> bool,
) -> Value {
    let begin = Instant::now();
    let (mut checked, mut mismatches) = (0, 0);
    for (i, one) in asked.iter().enumerate() {
        let Some(expect) = &one.expect else { break };
        if checked >= 32 && begin.elapsed().as_secs_f64() > seconds {
            break;
        }
        checked += 1;
        mismatches += usize::from(allows(i) != (expect == "allow"));
    }
    let call = begin.elapsed().as_secs_f64() / checked.max(1) as f64;
    let count = ((seconds / call / 5.0) as usize).clamp(asked.len().min(32), asked.len());
    let passes = ((seconds / call / count as f64) as usize).clamp(5, 200);
    let mut allowed = 0usize;
    let mut times: Vec<f64> = (0..passes)
        .map(|_| {
            let begin = Instant::now();
            for i in 0..count {
                allowed += usize::from(allows(i));
            }
            begin.elapsed().as_secs_f64() * 1e9 / count as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    json!({"peer": peer, "peer_p50": times[passes / 2], "load_ms": load_ms, "requests": count,
           "passes": passes, "checked": checked, "mismatches": mismatches, "allowed": allowed})
}

fn uid(kind: &str, id: &Value) -> Result<EntityUid, Fault> {
    let name = EntityTypeName::from_str(kind)?;
    Ok(EntityUid::from_type_name_and_id(name, EntityId::new(id.as_str().unwrap_or(""))))
}

fn cedar(folder: &str, seconds: f64) -> Result<Value, Fault> {
    let asked = requests(folder)?;
    let written: Value = serde_json::from_str(&read_to_string(format!("{folder}/policy.cedar.json"))?)?;
    let begin = Instant::now();
    let policies = PolicySet::from_str(written["policies"].as_str().unwrap_or(""))?;
    let load_ms = begin.elapsed().as_secs_f64() * 1e3;
    let mut ready = Vec::new();
    for one in &asked {
        let said = &one.request;
        let context = match written["context"].as_bool() {
            Some(true) => Context::from_json_value(said.clone(), None)?,
            _ => Context::empty(),
        };
        ready.push(Request::new(
            uid("Agent", &said["agent_id"])?,
            uid("Action", &said["action"])?,
            uid("Repo", &said["resource_repo"])?,
            context,
            None,
        )?);
    }
    let authorizer = Authorizer::new();
    let entities = Entities::empty();
    Ok(measure("cedar", load_ms, &asked, seconds, |i| {
        authorizer.is_authorized(&ready[i], &policies, &entities).decision() == Decision::Allow
    }))
}

fn regorus(folder: &str, seconds: f64) -> Result<Value, Fault> {
    let asked = requests(folder)?;
    let text = read_to_string(format!("{folder}/policy.rego"))?;
    // Room for every pattern: the usual 128 would have them compiled again and again.
    let most = regorus::cache::Config::MAX_CAPACITY;
    regorus::cache::configure(regorus::cache::Config { regex: most, glob: most });
    let begin = Instant::now();
    let mut engine = regorus::Engine::new();
    let lengths = regorus::PolicyLengthConfig {
        max_file_bytes: NonZeroUsize::MAX,
        ..Default::default()
    };
    engine.set_policy_length_config(lengths);
    engine.add_policy("policy.rego".into(), text)?;
    engine.set_input(regorus::Value::new_object());
    engine.eval_rule("data.bench.decision".into())?; // compiles
    let load_ms = begin.elapsed().as_secs_f64() * 1e3;
    let mut ready = Vec::new();
    for one in &asked {
        ready.push(regorus::Value::from_json_str(&one.request.to_string())?);
    }
    let allow = regorus::Value::from("allow");
    let mut fault = None;
    let row = measure("regorus", load_ms, &asked, seconds, |i| {
        engine.set_input(ready[i].clone());
        match engine.eval_rule("data.bench.decision".into()) {
            Ok(value) => value == allow,
            Err(error) => {
                fault = Some(error);
                false
            }
        }
    });
    match fault {
        Some(error) => Err(error.into()),
        None => Ok(row),
    }
}

fn main() -> Result<(), Fault> {
    let words: Vec<String> = std::env::args().collect();
    let [_, peer, folder, seconds] = words.as_slice() else {
        return Err("peers PEER FOLDER SECONDS".into());
    };
    let seconds: f64 = seconds.parse()?;
    let row = match peer.as_str() {
        "cedar" => cedar(folder, seconds)?,
        "regorus" => regorus(folder, seconds)?,
        _ => return Err(format!("there is no peer '{peer}' here").into()),
    };
    println!("{row}");
    Ok(())
}
