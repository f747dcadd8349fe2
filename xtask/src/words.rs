//! Spoken words for the page's network: espeak-ng says them in many voices, and each is put somewhere into a second of noise, so that a
//! room and a hand at a microphone are no news to what learns from them.

use crate::setup;
use crate::shell::{self, Result, stage};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The words, as Google's Speech Commands has them.
pub const WORDS: [&str; 10] = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"];
/// What is none of them: other words, and silence.
const OTHERS: [&str; 24] = [
    "", "house", "tree", "seven", "happy", "", "water", "marvin", "bird", "zero", "window", "", "cat", "yellow",
    "please", "nine", "hello", "three", "maybe", "", "music", "four", "open", "wow",
];
/// What others are called; the page shows it as well.
const NONE: &str = "something else";
/// Voices that a network learns from, and those that nobody hears before the page lets them speak.
const VOICES: [&str; 72] = [
    "m1",
    "m2",
    "m3",
    "m4",
    "m5",
    "victor",
    "m7",
    "m8",
    "f1",
    "f2",
    "f3",
    "steph",
    "f5",
    "klatt",
    "klatt2",
    "klatt3",
    "klatt4",
    "klatt5",
    "klatt6",
    "adam",
    "Alex",
    "Alicia",
    "Andrea",
    "Andy",
    "anika",
    "Annie",
    "antonio",
    "aunty",
    "belinda",
    "benjamin",
    "boris",
    "caleb",
    "croak",
    "david",
    "Denis",
    "Diogo",
    "ed",
    "edward",
    "edward2",
    "Gene",
    "Gene2",
    "grandma",
    "grandpa",
    "gustave",
    "Henrique",
    "Hugo",
    "iven",
    "iven2",
    "iven3",
    "Jacky",
    "john",
    "kaukovalta",
    "Lee",
    "linda",
    "marcelo",
    "Marco",
    "Mario",
    "max",
    "Michael",
    "michel",
    "miguel",
    "Mike",
    "norbert",
    "pablo",
    "paul",
    "pedro",
    "quincy",
    "rob",
    "zac",
    "sandro",
    "shelby",
    "travis",
];
const STRANGERS: [&str; 3] = ["f4", "m6", "robert"];
const ACCENTS: [&str; 5] = ["en-us", "en-gb", "en-gb-scotland", "en-029", "en-gb-x-rp"];
/// How often each voice says each word.
const TIMES: usize = 2;
/// Samples a second, and of a recording.
const RATE: u32 = 16_000;
/// How many programs speak at once: each waits most of its time.
const AT_ONCE: usize = 8;
/// Written when all are there, with what they depend on.
const DONE: &str = "done";
/// Goes up when other words, voices or noises are made.
const EDITION: &str = "2";

/// What is to be said, and where it goes.
struct Saying {
    text: &'static str,
    voice: String,
    /// Words a minute.
    speed: u32,
    pitch: u32,
    seed: u64,
    path: PathBuf,
}

/// Synthesizes all words, unless they are there: a folder of recordings with a folder in it for each word, and a folder of
/// recordings of strangers.
pub fn synthesize(folder: &Path, strangers: &Path) -> Result {
    if fs::read_to_string(folder.join(DONE)).is_ok_and(|edition| edition == EDITION) && strangers.exists() {
        return Ok(());
    }
    let speaker = setup::espeak()?;
    stage("words: synthesizing voices");
    let mut chance = Chance(7);
    let mut sayings = Vec::new();
    for (i, voice) in VOICES.iter().chain(&STRANGERS).enumerate() {
        let is_stranger = STRANGERS.contains(voice);
        for (label, time) in WORDS.iter().chain([&NONE]).flat_map(|label| (0..TIMES).map(move |time| (*label, time))) {
            if is_stranger && (label == NONE || time > 0) {
                continue;
            }
            let place = if is_stranger { strangers.join(voice) } else { folder.join(label) };
            fs::create_dir_all(&place).map_err(|error| format!("{}: {error}", place.display()))?;
            let name = if is_stranger { format!("{label}.wav") } else { format!("{voice}_{time}.wav") };
            sayings.push(Saying {
                text: if label == NONE { OTHERS[(i * TIMES + time) % OTHERS.len()] } else { label },
                voice: format!("{}+{voice}", ACCENTS[(i + time) % ACCENTS.len()]),
                speed: 130 + (chance.share() * 70.0) as u32,
                pitch: 35 + (chance.share() * 30.0) as u32,
                seed: chance.next(),
                path: place.join(name),
            });
        }
    }
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(saying) = sayings.get(next.fetch_add(1, Ordering::Relaxed)) {
            say(&speaker, saying)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let ended = workers.into_iter().map(|worker| worker.join().map_err(|_| "a thread ended early".to_owned())?);
        ended.collect::<Result>()
    })?;
    fs::write(folder.join(DONE), EDITION).map_err(|error| format!("{}: {error}", folder.display()))
}

/// Speaks, and puts what was said into a second of noise.
fn say(speaker: &Path, saying: &Saying) -> Result {
    let failed = |error: hound::Error| format!("{}: {error}", saying.path.display());
    let mut voice = Vec::new();
    if !saying.text.is_empty() {
        let mut command = Command::new(speaker);
        command.args(["-v", &saying.voice, "-s", &saying.speed.to_string(), "-p", &saying.pitch.to_string()]);
        shell::run(command.arg("-w").arg(&saying.path).arg(saying.text))?;
        let mut reader = WavReader::open(&saying.path).map_err(failed)?;
        let rate = reader.spec().sample_rate;
        let samples: Vec<f64> =
            reader.samples::<i16>().map(|x| x.map(f64::from)).collect::<hound::Result<_>>().map_err(failed)?;
        voice = spoken(&samples, f64::from(rate) / f64::from(RATE));
    }
    let spec = WavSpec { channels: 1, sample_rate: RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(&saying.path, spec).map_err(failed)?;
    for x in placed(&voice, &mut Chance(saying.seed)) {
        writer.write_sample((x * 32_767.0) as i16).map_err(failed)?;
    }
    writer.finalize().map_err(failed)
}

/// The samples from the first to the last that is heard, at another rate, the loudest 1.
fn spoken(samples: &[f64], step: f64) -> Vec<f64> {
    let loudest = samples.iter().fold(1.0, |loudest: f64, x| loudest.max(x.abs()));
    let is_heard = |x: &f64| x.abs() > loudest / 300.0;
    let first = samples.iter().position(is_heard).unwrap_or(0);
    let last = samples.iter().rposition(is_heard).unwrap_or(0);
    let heard = &samples[first..=last.max(first)];
    let count = (heard.len() as f64 / step) as usize;
    // Straight lines between samples: what they add above 8 kHz is below what speech has there.
    let at = |i: usize| {
        let place = i as f64 * step;
        let (left, share) = (place as usize, place.fract());
        let right = heard[(left + 1).min(heard.len() - 1)];
        (heard[left] * (1.0 - share) + right * share) / loudest
    };
    (0..count.min(RATE as usize)).map(at).collect()
}

/// A second of noise with a voice somewhere in it, of some loudness, with an echo at times.
fn placed(voice: &[f64], chance: &mut Chance) -> Vec<f64> {
    let (loudness, echo) = (0.15 + 0.7 * chance.share(), 0.35 * (chance.share() - 0.4).max(0.0));
    let delay = 400 + (chance.share() * 2000.0) as usize;
    let start = (chance.share() * (RATE as usize - voice.len()) as f64) as usize;
    // From 10 to 40 dB below the voice, more often little; hissing, or humming as wind does.
    let share = chance.share();
    let noise = loudness * (0.01 + 0.3 * share * share);
    let (colour, mut hum) = (0.97 * chance.share(), 0.0);
    let mut second: Vec<f64> = (0..RATE)
        .map(|_| {
            hum = colour * hum + (1.0 - colour) * 3.4 * (chance.share() - 0.5);
            noise * hum
        })
        .collect();
    for (i, x) in voice.iter().enumerate() {
        second[start + i] += loudness * x;
        if let Some(later) = second.get_mut(start + i + delay) {
            *later += loudness * echo * x;
        }
    }
    second.iter().map(|x| x.clamp(-1.0, 1.0)).collect()
}

/// Numbers by chance, the same each time (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
