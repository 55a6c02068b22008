//! An operator's program that is a function of one argument, `ctx` (03 §6.1).

use std::{collections::BTreeMap, fmt};

use serde_json::{Map, Value};

use super::{Jsonnet, JsonnetError, Program};

/// A program with the workers that run it.
#[derive(Clone)]
pub struct Snippet {
    /// The workers.
    pub jsonnet: Jsonnet,
    /// Where it comes from.
    pub source: String,
    /// What it says.
    pub text: String,
}

impl Snippet {
    /// What it makes of `context`.
    ///
    /// # Errors
    /// The program is wrong, raised an error, or took too much; or no worker could be had.
    pub async fn call(&self, context: Map<String, Value>) -> Result<Value, JsonnetError> {
        let program = Program {
            source: self.source.clone(),
            snippet: self.text.clone(),
            variables: BTreeMap::new(),
            argument: Some(Value::Object(context)),
        };
        self.jsonnet.evaluate(program).await
    }
}

impl fmt::Debug for Snippet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snippet").field("source", &self.source).finish_non_exhaustive()
    }
}
