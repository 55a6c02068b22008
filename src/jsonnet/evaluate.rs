//! One evaluation, inside a worker process.

use std::collections::BTreeMap;

use rsjsonnet_lang::{
    arena::Arena,
    interner::InternedStr,
    program::{Callbacks, EvalStackTraceItem, ImportError, NativeError, Program as Vm, Thunk, Value as Made},
    span::{SpanContextId, SpanId},
};
use serde_json::Value;

use super::{
    explain::{self, Flaw},
    protocol::{Exceeded, JsonnetError, Outcome, Program},
};

/// Calls within calls, at most; more would exhaust the stack of the process.
const DEEPEST_CALL: usize = 200;

/// Bytes of JSON that a program may make (03 §6.1).
const LARGEST_OUTPUT: usize = 256 * 1024;

/// Runs a program and gives the JSON that it makes.
pub(super) fn evaluate(program: &Program) -> Outcome {
    let json = match run(program) {
        Ok(json) => json,
        Err(flaw) => return Err(flaw.of(program)),
    };
    if json.len() > LARGEST_OUTPUT {
        let (source_name, exceeded) = (program.source.clone(), Exceeded::Output);
        return Err(JsonnetError::Exceeded { source_name, exceeded });
    }
    Ok(json)
}

/// Whether a text is a program, and names nothing that does not exist. Nothing is evaluated.
///
/// # Errors
/// What is wrong, and where.
pub fn check(source: &str, snippet: &str) -> Result<(), JsonnetError> {
    let arena = Arena::new();
    let mut vm = Vm::new(&arena);
    let program = Program {
        source: source.to_owned(),
        snippet: snippet.to_owned(),
        variables: BTreeMap::new(),
        argument: None,
    };
    load(&mut vm, source, snippet).map(drop).map_err(|flaw| flaw.of(&program))
}

fn run(program: &Program) -> Result<String, Flaw> {
    let arena = Arena::new();
    let mut vm = Vm::new(&arena);
    vm.set_max_stack(DEEPEST_CALL);
    for (name, value) in &program.variables {
        let value = given(&mut vm, name, value)?;
        let name = vm.intern_str(name);
        vm.add_ext_var(name, &value);
    }
    let argument = match &program.argument {
        Some(value) => Some(given(&mut vm, "ctx", value)?),
        None => None,
    };
    let (here, main) = load(&mut vm, &program.source, &program.snippet)?;
    let made = vm.eval_value(&main, &mut NothingElse);
    let mut made = made.map_err(|error| explain::failed(&vm, here, &error))?;
    if let Some(argument) = argument {
        let (function, name) = (vm.value_to_thunk(&made), vm.intern_str("ctx"));
        let called = vm.eval_call(&function, &[], &[(name, argument)], &mut NothingElse);
        made = called.map_err(|error| explain::failed(&vm, here, &error))?;
    }
    let json = vm.manifest_json(&made, false);
    json.map_err(|error| explain::failed(&vm, here, &error))
}

/// A value from outside; JSON is Jsonnet.
fn given<'p>(vm: &mut Vm<'p>, name: &str, value: &Value) -> Result<Thunk<'p>, Flaw> {
    load(vm, name, &value.to_string()).map(|(_, thunk)| thunk)
}

fn load<'p>(vm: &mut Vm<'p>, name: &str, text: &str) -> Result<(SpanContextId, Thunk<'p>), Flaw> {
    let (here, _) = vm.span_manager_mut().insert_source_context(text.len());
    match vm.load_source(here, text.as_bytes(), true, name) {
        Ok(thunk) => Ok((here, thunk)),
        Err(error) => Err(explain::unreadable(vm, here, &error)),
    }
}

/// SECURITY: a program sees what it is given, and no file, no network and no function of ours
/// (`imports_are_refused`).
struct NothingElse;

impl<'p> Callbacks<'p> for NothingElse {
    fn import(&mut self, _: &mut Vm<'p>, _: SpanId, _: &str) -> Result<Thunk<'p>, ImportError> {
        Err(ImportError)
    }

    fn import_str(&mut self, _: &mut Vm<'p>, _: SpanId, _: &str) -> Result<String, ImportError> {
        Err(ImportError)
    }

    fn import_bin(&mut self, _: &mut Vm<'p>, _: SpanId, _: &str) -> Result<Vec<u8>, ImportError> {
        Err(ImportError)
    }

    fn trace(&mut self, _: &mut Vm<'p>, _: &str, _: &[EvalStackTraceItem]) {}

    fn native_call(
        &mut self,
        _: &mut Vm<'p>,
        _: InternedStr<'p>,
        _: &[Made<'p>],
    ) -> Result<Made<'p>, NativeError> {
        Err(NativeError)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn program(snippet: &str) -> Program {
        let (source, snippet) = ("hook.jsonnet".to_owned(), snippet.to_owned());
        Program { source, snippet, variables: Default::default(), argument: None }
    }

    fn result(program: &Program) -> Value {
        serde_json::from_str(&evaluate(program).unwrap()).unwrap()
    }

    fn told(snippet: &str) -> String {
        evaluate(&program(snippet)).unwrap_err().to_string()
    }

    #[test]
    fn a_function_is_called_with_its_context() {
        let mut hook = program("function(ctx) { to: ctx.identity.traits.email, n: null, all: ctx.list }");
        hook.argument =
            Some(json!({ "identity": { "traits": { "email": "ada@example.test" } }, "list": [1, "ü"] }));
        assert_eq!(result(&hook), json!({ "to": "ada@example.test", "n": null, "all": [1, "ü"] }));
    }

    #[test]
    fn variables_are_found_by_name() {
        let mut mapper = program(
            "local claims = std.extVar('claims'); { claims: { [k]: k for k in std.objectFields(claims) } }",
        );
        mapper.variables.insert("claims".to_owned(), json!({ "sub": "1" }));
        assert_eq!(result(&mapper), json!({ "claims": { "sub": "sub" } }));
    }

    #[test]
    fn imports_are_refused() {
        for import in ["import", "importstr", "importbin"] {
            let told = told(&format!("{import} '/etc/passwd'"));
            assert_eq!(told, "hook.jsonnet:1:1: imports are not allowed here: /etc/passwd");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (snippet, expected) in [
            ("{ a: }", "hook.jsonnet:1:6: this is no Jsonnet: expected"),
            ("{\n  a: b }", "hook.jsonnet:2:6: there is no variable “b”"),
            ("\"", "hook.jsonnet:1:1: this is no Jsonnet: unfinished string"),
            ("({ a: 1 }).b", "hook.jsonnet:1:1: there is no field “b”"),
            ("std.extVar('claims')", "hook.jsonnet:1:1: there is no variable “claims” given from outside"),
            ("1 + {}.x", "hook.jsonnet:1:5: there is no field “x”"),
            ("local f(x) = f(x + 1); f(0)", "hook.jsonnet: the program takes too much memory"),
            ("error 'cancel'", "hook.jsonnet: error: cancel"),
            ("assert 1 == 2 : 'no'; 1", "hook.jsonnet:1:"),
            ("function(ctx) 1", "hook.jsonnet: a function is no JSON"),
            ("std.repeat('x', 300000)", "hook.jsonnet: the program takes too much room for its output"),
        ] {
            let told = told(snippet);
            assert!(told.starts_with(expected), "{snippet}: {told}");
        }
    }

    #[test]
    fn cancelling_is_told_apart() {
        let cancelled = evaluate(&program("if true then error 'cancel' else {}")).unwrap_err();
        assert!(matches!(cancelled, JsonnetError::Raised { message, .. } if message == "cancel"));
    }
}
