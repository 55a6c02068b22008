//! Reads the pieces of a Go template into a tree.

use std::vec::IntoIter;

use super::{
    lex::{Item, Kind, Token, items},
    tree::{At, Branch, Command, File, Node, Operand, Pipeline, Refusal, Value},
};

/// Blocks and parentheses may stand in each other this deep.
const DEEPEST: usize = 80;

/// Reads a file.
pub(super) fn parse(source: &str) -> Result<File, Refusal> {
    let mut parser = Parser { items: items(source)?.into_iter(), file: File::default(), depth: 0 };
    let (body, end) = parser.block()?;
    match end {
        End::File => {
            parser.file.body = body;
            Ok(parser.file)
        }
        End::Of(at) | End::Else(_, at) => {
            Err(Refusal::new(at, "there is nothing open that this belongs to: remove it"))
        }
    }
}

struct Parser {
    items: IntoIter<Item>,
    file: File,
    depth: usize,
}

/// What ended a block.
enum End {
    File,
    Of(At),
    /// `else`, with what follows it.
    Else(Vec<Token>, At),
}

impl Parser {
    fn block(&mut self) -> Result<(Vec<Node>, End), Refusal> {
        let mut nodes = Vec::new();
        while let Some(item) = self.items.next() {
            let (tokens, at) = match item {
                Item::Text(text) => {
                    nodes.push(Node::Text(text));
                    continue;
                }
                Item::Comment(text, at) => {
                    nodes.push(Node::Comment(text, at));
                    continue;
                }
                Item::Action(tokens, at) => (tokens, at),
            };
            let Some(Kind::Word(word)) = tokens.first().map(|token| token.kind.clone()) else {
                nodes.push(statement(tokens, at)?);
                continue;
            };
            let rest = tokens.get(1..).unwrap_or_default().to_vec();
            match word.as_str() {
                "end" => return Ok((nodes, End::Of(at))),
                "else" => return Ok((nodes, End::Else(rest, at))),
                "if" | "with" | "range" => nodes.push(self.deeper(at, |it| it.opened(&word, rest, at))?),
                "define" => self.deeper(at, |it| it.define(rest, at))?,
                "block" => nodes.push(self.deeper(at, |it| it.block_of(rest, at))?),
                "template" => nodes.push(include(rest, at)?),
                "break" | "continue" => {
                    return Err(Refusal::new(
                        at,
                        format!(
                            "a loop of Handlebars always goes to its end, so `{word}` cannot be converted: wrap what shall not appear in `{{{{#if …}}}}…{{{{/if}}}}`"
                        ),
                    ));
                }
                _ => nodes.push(statement(tokens, at)?),
            }
        }
        Ok((nodes, End::File))
    }

    fn deeper<T>(
        &mut self,
        at: At,
        inner: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        if self.depth >= DEEPEST {
            return Err(Refusal::new(
                at,
                format!("blocks stand in each other more than {DEEPEST} deep: split the template"),
            ));
        }
        self.depth = self.depth.saturating_add(1);
        let done = inner(self);
        self.depth = self.depth.saturating_sub(1);
        done
    }

    /// `if`, `with` or `range`, up to its `end`.
    fn opened(&mut self, word: &str, test: Vec<Token>, at: At) -> Result<Node, Refusal> {
        let test = pipeline(test, at)?;
        let (body, end) = self.block()?;
        let branch = Branch { test, body };
        let otherwise = match end {
            End::Of(_) => Vec::new(),
            End::File => return Err(unclosed(word, at)),
            End::Else(rest, else_at) => self.otherwise(rest, else_at, at, word)?,
        };
        Ok(match word {
            "if" => match <[Node; 1]>::try_from(otherwise) {
                // `else if` becomes one chain.
                Ok([Node::If(mut more, last)]) => {
                    more.insert(0, branch);
                    Node::If(more, last)
                }
                Ok([other]) => Node::If(vec![branch], vec![other]),
                Err(many) => Node::If(vec![branch], many),
            },
            "with" => Node::With(Box::new(branch), otherwise),
            _ => Node::Range(Box::new(branch), otherwise),
        })
    }

    /// What follows an `else`: a block, or the next condition, which shares the `end`.
    fn otherwise(&mut self, rest: Vec<Token>, at: At, opened: At, word: &str) -> Result<Vec<Node>, Refusal> {
        match rest.first().map(|token| token.kind.clone()) {
            None => match self.block()? {
                (nodes, End::Of(_)) => Ok(nodes),
                (_, End::File) => Err(unclosed(word, opened)),
                (_, End::Else(_, at)) => Err(Refusal::new(at, "there is an `else` already: remove one")),
            },
            Some(Kind::Word(next)) if (next == "if" || next == "with") && next == word => {
                let test = rest.get(1..).unwrap_or_default().to_vec();
                Ok(vec![self.deeper(at, |it| it.opened(&next, test, at))?])
            }
            Some(_) => Err(Refusal::new(at, "after `else` only `if …` may stand here")),
        }
    }

    fn define(&mut self, rest: Vec<Token>, at: At) -> Result<(), Refusal> {
        let name = match <[Token; 1]>::try_from(rest) {
            Ok([Token { kind: Kind::Text(name), .. }]) => name,
            _ => return Err(Refusal::new(at, "write the name in quotation marks: `{{define \"name\"}}`")),
        };
        let body = self.up_to_end("define", at)?;
        self.file.defines.push((name, body));
        Ok(())
    }

    /// `block "name" data`: a definition and its use.
    fn block_of(&mut self, rest: Vec<Token>, at: At) -> Result<Node, Refusal> {
        let used = include(rest, at)?;
        let body = self.up_to_end("block", at)?;
        if let Node::Include { name, .. } = &used {
            self.file.defines.push((name.clone(), body));
        }
        Ok(used)
    }

    fn up_to_end(&mut self, word: &str, at: At) -> Result<Vec<Node>, Refusal> {
        match self.block()? {
            (nodes, End::Of(_)) => Ok(nodes),
            (_, End::File) => Err(unclosed(word, at)),
            (_, End::Else(_, at)) => Err(Refusal::new(at, format!("`else` does not belong into a `{word}`"))),
        }
    }
}

fn unclosed(word: &str, at: At) -> Refusal {
    Refusal::new(at, format!("this `{word}` is not closed: end it with `{{{{end}}}}`"))
}

fn include(rest: Vec<Token>, at: At) -> Result<Node, Refusal> {
    let mut tokens = rest.into_iter();
    let Some(Token { kind: Kind::Text(name), .. }) = tokens.next() else {
        return Err(Refusal::new(at, "write the name in quotation marks: `{{template \"name\" .}}`"));
    };
    let data: Vec<Token> = tokens.collect();
    let data = if data.is_empty() { None } else { Some(pipeline(data, at)?) };
    Ok(Node::Include { name, data, at })
}

/// An action that prints, or that sets a variable.
fn statement(tokens: Vec<Token>, at: At) -> Result<Node, Refusal> {
    let pipeline = pipeline(tokens, at)?;
    Ok(if pipeline.sets.is_empty() { Node::Output(pipeline) } else { Node::Let(pipeline) })
}

fn pipeline(tokens: Vec<Token>, at: At) -> Result<Pipeline, Refusal> {
    let mut reader = Reader { tokens: tokens.into_iter().peekable(), depth: 0 };
    let pipeline = reader.pipeline(at)?;
    match reader.tokens.next() {
        None => Ok(pipeline),
        Some(token) => Err(Refusal::new(token.at, "this does not belong here: is a parenthesis missing?")),
    }
}

struct Reader {
    tokens: std::iter::Peekable<IntoIter<Token>>,
    depth: usize,
}

impl Reader {
    fn pipeline(&mut self, at: At) -> Result<Pipeline, Refusal> {
        let (sets, assigns) = self.sets()?;
        let mut commands = Vec::new();
        loop {
            let command = self.command(at)?;
            commands.push(command);
            if self.tokens.next_if(|token| token.kind == Kind::Pipe).is_none() {
                return Ok(Pipeline { sets, assigns, commands, at });
            }
        }
    }

    /// `$x :=`, `$x =` or `$i, $v :=`.
    fn sets(&mut self) -> Result<(Vec<String>, bool), Refusal> {
        let ahead: Vec<Kind> = self.tokens.clone().take(4).map(|token| token.kind).collect();
        let (names, mark) = match ahead.as_slice() {
            [Kind::Variable(name, fields), mark @ (Kind::Declare | Kind::Assign), ..]
                if fields.is_empty() =>
            {
                (vec![name.clone()], mark)
            }
            [
                Kind::Variable(first, _),
                Kind::Comma,
                Kind::Variable(second, _),
                mark @ (Kind::Declare | Kind::Assign),
            ] => (vec![first.clone(), second.clone()], mark),
            _ => return Ok((Vec::new(), false)),
        };
        let assigns = *mark == Kind::Assign;
        for _ in 0..names.len().saturating_mul(2) {
            self.tokens.next();
        }
        Ok((names, assigns))
    }

    fn command(&mut self, at: At) -> Result<Command, Refusal> {
        let at = self.tokens.peek().map_or(at, |token| token.at);
        let mut operands = Vec::new();
        while let Some(token) = self.tokens.next_if(|token| {
            !matches!(token.kind, Kind::Pipe | Kind::Close(_) | Kind::Comma | Kind::Declare | Kind::Assign)
        }) {
            operands.push(self.operand(token)?);
        }
        if operands.is_empty() {
            return Err(Refusal::new(at, "something is missing here: write what shall be shown"));
        }
        Ok(Command { operands, at })
    }

    fn operand(&mut self, token: Token) -> Result<Operand, Refusal> {
        let at = token.at;
        let (value, fields) = match token.kind {
            Kind::Field(fields) => (Value::Dot, fields),
            Kind::Variable(name, fields) => (Value::Variable(name), fields),
            Kind::Text(text) => (Value::Text(text), Vec::new()),
            Kind::Number(number) => (Value::Number(number), Vec::new()),
            Kind::Word(word) => {
                let value = match word.as_str() {
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    "nil" => Value::Nil,
                    _ => Value::Function(word),
                };
                (value, Vec::new())
            }
            Kind::Open => {
                if self.depth >= DEEPEST {
                    return Err(Refusal::new(at, "too many parentheses stand in each other here"));
                }
                self.depth = self.depth.saturating_add(1);
                let inner = self.pipeline(at)?;
                self.depth = self.depth.saturating_sub(1);
                match self.tokens.next().map(|token| token.kind) {
                    Some(Kind::Close(fields)) => (Value::Pipeline(Box::new(inner)), fields),
                    _ => return Err(Refusal::new(at, "this parenthesis is not closed")),
                }
            }
            Kind::Close(_) | Kind::Pipe | Kind::Comma | Kind::Declare | Kind::Assign => {
                return Err(Refusal::new(at, "this does not belong here"));
            }
        };
        Ok(Operand { value, fields, at })
    }
}
