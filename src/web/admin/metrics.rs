//! `/metrics/prometheus` (02 §8.3).

use std::fmt::Display;

use actix_web::{HttpResponse, http::header, web};

use crate::{
    engine::Metrics,
    runtime::Runtime,
    web::{Call, front::Front},
};

/// COMPAT: the content type as scrapers negotiate it (golden `admin.redirects`).
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

/// Numbers about this process, in the text format of Prometheus.
pub async fn prometheus(call: Call, front: web::Data<Front<Runtime>>) -> HttpResponse {
    let body = text(call.engine.metrics(), env!("CARGO_PKG_VERSION")) + &front.meter().text();
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, CONTENT_TYPE)).body(body)
}

fn text(metrics: Metrics, version: &str) -> String {
    let build = format!("zelos_build_info{{version=\"{version}\"}}");
    let units = |kind: &str| format!("zelos_database_units_total{{kind=\"{kind}\"}}");
    [
        family("zelos_build_info", "gauge", "The version that runs.", &[(build, &1)]),
        family(
            "zelos_database_units_total",
            "counter",
            "Units of work in the database since the start.",
            &[(units("read"), &metrics.reads), (units("write"), &metrics.writes)],
        ),
        family(
            "zelos_database_statements_total",
            "counter",
            "Statements in the database since the start.",
            &[("zelos_database_statements_total".to_owned(), &metrics.statements)],
        ),
        family(
            "zelos_hash_threads",
            "gauge",
            "Threads that hash passwords.",
            &[("zelos_hash_threads".to_owned(), &metrics.hash_threads)],
        ),
        family(
            "zelos_hash_waiting_room",
            "gauge",
            "Requests that may wait for a thread that hashes passwords.",
            &[("zelos_hash_waiting_room".to_owned(), &metrics.hash_waiting_room)],
        ),
    ]
    .concat()
}

fn family(name: &str, kind: &str, help: &str, samples: &[(String, &dyn Display)]) -> String {
    let mut lines = format!("# HELP {name} {help}\n# TYPE {name} {kind}\n");
    for (sample, value) in samples {
        lines.push_str(&format!("{sample} {value}\n"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_has_its_type_and_a_number() {
        let metrics = Metrics { reads: 3, writes: 2, statements: 9, hash_threads: 2, hash_waiting_room: 40 };
        let text = text(metrics, "1.2.3");
        assert!(text.starts_with("# HELP zelos_build_info "));
        assert!(text.contains("\nzelos_build_info{version=\"1.2.3\"} 1\n"));
        assert!(text.contains("\nzelos_database_units_total{kind=\"write\"} 2\n"));
        let mut typed = "";
        for line in text.lines() {
            match line.strip_prefix("# TYPE ") {
                Some(kind) => typed = kind.split(' ').next().unwrap(),
                None if line.starts_with("# HELP ") => {}
                None => {
                    let (sample, number) = line.rsplit_once(' ').unwrap();
                    assert!(sample.starts_with(typed) && number.parse::<u64>().is_ok(), "{line}");
                }
            }
        }
    }
}
