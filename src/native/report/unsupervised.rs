//! The page about a fit without a target: groups or directions, and the rows as a cloud.

use super::super::train::unsupervised::{Cloud, Cluster, Component, Coordinate, Found, Report};
use super::pictures::{MAX_BARS, figure, leaderboard};
use super::svg::{Bar, Plot, bars, range, short};
use super::{Made, facts, page};
use crate::markup::escaped;
use std::fmt::Write;

/// The most columns of a table.
const MAX_COLUMNS: usize = 30;

/// The whole page.
pub fn unsupervised(report: &Report, cloud: Option<&Cloud>, made: &Made<'_>) -> String {
    let mut body = format!("<h1>{}</h1><p class='lead'>{}.</p>", escaped(made.name), escaped(&report.model));
    facts(&mut body, made, report.download, report.rows, ("columns", report.features.to_string()));
    if !report.leaderboard.is_empty() {
        let _ = write!(
            body,
            "<h2>Candidates</h2><figure><figcaption>1 − silhouette, less is better; behind each bar the bytes that a visitor downloads</figcaption>{}</figure>",
            leaderboard(&report.leaderboard),
        );
    }
    match &report.found {
        Found::Clusters { inertia, silhouette, clusters, .. } => {
            let apart = silhouette.map_or_else(|| "none".to_owned(), short);
            let _ = write!(
                body,
                "<h2>The groups</h2><p class='lead'>Inertia {}, silhouette {apart} (from −1 to 1: how much nearer a row is to its own group than to the next).</p>",
                short(*inertia)
            );
            let _ = write!(body, "<figure><figcaption>Rows of each group</figcaption>{}</figure>", sizes(clusters));
            draw(&mut body, cloud, clusters.len());
            body.push_str("<h2>Their centres</h2><p class='lead'>In the columns' own units; the more colour, the farther from the mean of all rows.</p>");
            centres(&mut body, clusters);
        }
        Found::Components { components } => {
            let _ = write!(
                body,
                "<h2>The directions</h2><figure><figcaption>How much of the variance each explains, and all up to it together</figcaption>{}</figure>",
                explained(components)
            );
            draw(&mut body, cloud, 1);
            body.push_str("<h2>What they are made of</h2><p class='lead'>How much each column counts.</p>");
            loadings(&mut body, components);
        }
    }
    report.notes.iter().for_each(|note| {
        let _ = write!(body, "<p>{}</p>", escaped(note));
    });
    page(&report.model, &body)
}

fn sizes(clusters: &[Cluster]) -> String {
    let bar = |(i, cluster): (usize, &Cluster)| Bar {
        name: format!("group {i}"),
        value: cluster.rows as f64,
        error: 0.0,
        note: cluster.rows.to_string(),
        is_marked: true,
    };
    bars("The groups and their rows", &clusters.iter().enumerate().take(MAX_BARS).map(bar).collect::<Vec<_>>())
}

fn explained(components: &[Component]) -> String {
    let mut together = 0.0;
    let bar = |(i, component): (usize, &Component)| {
        let share = component.explained_variance_ratio;
        together += share;
        let note = format!("{:.1} %, together {:.1} %", 100.0 * share, 100.0 * together);
        Bar { name: format!("direction {}", i + 1), value: share, error: 0.0, note, is_marked: true }
    };
    bars(
        "The directions and their variance",
        &components.iter().enumerate().take(MAX_BARS).map(bar).collect::<Vec<_>>(),
    )
}

/// The rows in the plane of their two largest directions, each in its group's colour.
fn draw(body: &mut String, cloud: Option<&Cloud>, groups: usize) {
    let Some(Cloud { points, shares }) = cloud else { return };
    let axis = |i: usize| range(points.iter().map(|(point, _)| point[i]));
    let names = [0, 1].map(|i| format!("direction {} ({:.1} %)", i + 1, 100.0 * shares[i]));
    let mut plot = Plot::new("The rows in the plane of most variance", [axis(0), axis(1)], [&names[0], &names[1]]);
    for group in 0..groups {
        let own: Vec<[f64; 2]> = points.iter().filter(|(_, of)| *of == group).map(|(point, _)| *point).collect();
        plot = plot.dots(&own, group);
    }
    let names: Vec<String> = (0..groups.min(8)).map(|group| format!("group {group}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let caption = format!("{} rows in the plane of most variance", points.len());
    let _ = write!(body, "<div class='pictures'>{}</div>", figure(&caption, &names, &plot.svg()));
}

fn centres(body: &mut String, clusters: &[Cluster]) {
    let header: Vec<String> = (0..clusters.len().min(MAX_COLUMNS)).map(|i| format!("group {i}")).collect();
    let columns = clusters.first().map_or(0, |cluster| cluster.centre.len());
    let line = |j: usize| {
        let cells = clusters.iter().take(MAX_COLUMNS).map(|cluster| {
            let Coordinate { value, deviation, .. } = &cluster.centre[j];
            (short(*value), deviation.abs() / 2.0)
        });
        (clusters[0].centre[j].column.clone(), cells.collect())
    };
    table(body, &header, (0..columns).map(line));
}

fn loadings(body: &mut String, components: &[Component]) {
    let header: Vec<String> = (1..=components.len().min(MAX_COLUMNS)).map(|i| format!("direction {i}")).collect();
    let columns = components.first().map_or(0, |component| component.loadings.len());
    let line = |j: usize| {
        let cells = components.iter().take(MAX_COLUMNS).map(|component| component.loadings[j].1);
        (components[0].loadings[j].0.clone(), cells.map(|loading| (short(loading), loading.abs())).collect())
    };
    table(body, &header, (0..columns).map(line));
}

/// A table of names and cells, each with how much colour it has, from 0 to 1.
fn table(body: &mut String, header: &[String], lines: impl Iterator<Item = (String, Vec<(String, f64)>)>) {
    body.push_str("<div class='scroll'><table><tr><th></th>");
    header.iter().for_each(|name| {
        let _ = write!(body, "<th>{name}</th>");
    });
    body.push_str("</tr>");
    for (name, cells) in lines.take(MAX_COLUMNS) {
        let _ = write!(body, "<tr><td>{}</td>", escaped(name));
        for (text, share) in cells {
            let _ = write!(body, "<td class='hot' style='--share:{:.0}'>{text}</td>", 70.0 * share.clamp(0.0, 1.0));
        }
        body.push_str("</tr>");
    }
    body.push_str("</table></div>");
}
