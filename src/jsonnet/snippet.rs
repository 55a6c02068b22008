//! An operator's program: a function of one argument, `ctx`, or one that asks for variables (03 §6.1).

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
    /// What it makes of `context`, as a function.
    ///
    /// # Errors
    /// The program is wrong, raised an error, or took too much; or no worker could be had.
    pub async fn call(&self, context: Map<String, Value>) -> Result<Value, JsonnetError> {
        self.run(BTreeMap::new(), Some(Value::Object(context))).await
    }

    /// What it makes of these variables.
    ///
    /// # Errors
    /// As [`Snippet::call`].
    pub async fn with(&self, variables: BTreeMap<String, Value>) -> Result<Value, JsonnetError> {
        self.run(variables, None).await
    }

    async fn run(
        &self,
        variables: BTreeMap<String, Value>,
        argument: Option<Value>,
    ) -> Result<Value, JsonnetError> {
        let (source, snippet) = (self.source.clone(), self.text.clone());
        self.jsonnet.evaluate(Program { source, snippet, variables, argument }).await
    }
}

impl fmt::Debug for Snippet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snippet").field("source", &self.source).finish_non_exhaustive()
    }
}
