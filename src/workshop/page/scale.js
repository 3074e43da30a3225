// An assumption's number: read from a text and written as one, in words, and its place on a slider.
//
// A probability p stands at (2/π)·arcsin √p of its slider: the scale on which equal steps are equally easy to tell apart
// by counting (the variance-stabilising transform of a share). It is wide near 0 and 1, where 1 % and 99 % need room, and
// unlike the log-odds it ends there. All else stands on a straight scale that reaches half a range beyond both ends.

import { figure } from "./words.js";

const DAYS = { day: 1, week: 7, month: 30.4375, year: 365.25 };
const NUMBER = /^[-+]?(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** The number that a text stands for (probability: 0 to 1; duration: days), or null where it is none. */
export function numberOf(kind, text) {
  const plain = (part) => (NUMBER.test(part) ? Number(part.replaceAll("_", "")) : null);
  const trimmed = text.trim().replace(/ per \w+$/, "");
  const duration = kind === "duration" && /^(.*?)\s*(day|week|month|year)s?$/.exec(trimmed);
  if (duration) {
    const count = plain(duration[1]);
    return count === null ? null : count * DAYS[duration[2]];
  }
  if (trimmed.endsWith("%")) {
    const percent = plain(trimmed.slice(0, -1).trim());
    return percent === null ? null : percent / 100;
  }
  return plain(trimmed);
}

/** The text that stands for a number, in the manner of the file: in percent, with its unit. */
export function textOf(assumption, number) {
  if (assumption.kind !== "probability") return `${short(number)}${assumption.suffix}`;
  return assumption.in_file.trim().endsWith("%") ? `${short(100 * number)}%` : short(number);
}

/** The text that stands for what was typed into the box of a number, whose unit stands beside it. */
export function textOfTyped(assumption, typed) {
  const written = typed.trim().replaceAll("−", "-");
  const number = numberOf("number", written);
  if (number === null) return written;
  if (assumption.kind === "probability" && !written.endsWith("%")) return textOf(assumption, number / 100);
  return textOf(assumption, number);
}

/** What stands in the box: the number in the unit beside it, or the text where it is none. */
export function boxOf(assumption, number) {
  if (number === null) return assumption.now;
  if (assumption.kind === "duration" && number >= 100) return String(Math.round(number));
  return short(assumption.kind === "probability" ? 100 * number : number, assumption.pooled === null ? 4 : 3);
}

/** The unit beside the box. */
export function unitOf(assumption) {
  if (assumption.kind === "probability") return "%";
  if (assumption.kind === "duration") return "days";
  return assumption.unit === "per year" ? "a year" : assumption.unit;
}

/** A value in words, as in “↺ 22 %”: a duration stays as it is written. */
export function wordsOf(assumption, text) {
  const number = numberOf(assumption.kind, text);
  if (text.startsWith("panel:")) return "the panel";
  if (number === null || assumption.kind === "duration") return text;
  return withUnit(assumption, figure(assumption.kind === "probability" ? 100 * number : number));
}

/** The range of the file in words, with a star for a default; empty where there is none. */
export function rangeOf(assumption) {
  const { low, high, kind, default_range: isDefault } = assumption;
  if (low === null || high === null) return "";
  const factor = kind === "probability" ? 100 : 1;
  return withUnit(assumption, `${figure(factor * low)} – ${figure(factor * high)}`) + (isDefault ? " *" : "");
}

function withUnit(assumption, words) {
  const unit = unitOf(assumption);
  return unit ? `${words} ${unit}` : words;
}

/** A number as it is typed, without the noise of binary fractions. */
function short(number, digits = 10) {
  return String(Number(number.toPrecision(digits)));
}

/** The scale of an assumption's slider, or null where it has neither a range nor bounds. */
export function scaleOf(assumption, inFile, number) {
  if (assumption.kind === "probability") return probabilities;
  const { low, high } = assumption;
  if (low === null || high === null || !(high > low)) return null;
  const half = (high - low) / 2;
  const held = [inFile, number].filter((value) => value !== null);
  const least = low >= 0 && !held.some((value) => value < 0) ? Math.max(0, low - half) : low - half;
  return straight(Math.min(least, ...held), Math.max(high + half, ...held));
}

const probabilities = {
  low: 0,
  high: 1,
  place: (p) => (2 / Math.PI) * Math.asin(Math.sqrt(Math.min(1, Math.max(0, p)))),
  value: (place) => {
    const p = Math.sin((Math.PI / 2) * place) ** 2;
    return p < 0.01 || p > 0.99 ? round(p, 0.001) : round(p, 0.01);
  },
  /** The next value: whole percents, tenths beyond 1 % and 99 %. */
  step: (p, steps) => {
    const fine = p + Math.sign(steps) * 1e-9 < 0.01 || p + Math.sign(steps) * 1e-9 > 0.99;
    const next = p + steps * (fine ? 0.001 : 0.01);
    if (fine) return round(Math.min(1, Math.max(0, next)), 0.001);
    return Math.min(1, Math.max(0, round(next, 0.01)));
  },
};

function straight(low, high) {
  const step = niceStep((high - low) / 100);
  const clamp = (value) => Math.min(high, Math.max(low, value));
  return {
    low,
    high,
    place: (value) => (clamp(value) - low) / (high - low),
    value: (place) => clamp(round(low + place * (high - low), step)),
    step: (value, steps) => clamp(round(value + steps * step, step)),
  };
}

/** The largest of 1, 2 and 5 times a power of ten that is not above `wish`. */
function niceStep(wish) {
  const power = 10 ** Math.floor(Math.log10(wish));
  return power * [5, 2, 1].find((times) => times * power <= wish * (1 + 1e-9));
}

function round(value, step) {
  return Number((Math.round(value / step) * step).toPrecision(12));
}
