// Telephone numbers as pages print them: found in any spelling, replaced digit by digit.

// What stands between two digits: spaces of all widths, points, dashes, the brackets of "(0)".
const BETWEEN = "[\\s.·•/()\\-\\u2010-\\u2015\\u200b-\\u200d\\u2060\\ufeff]{0,3}";

// Countries that write a 0 where they leave out the country, and dial each other so.
const FRENCH = /^(33|590|594|596|262)$/;

// What may be a number: asked for at the first page, before we are told what the site prints.
const CANDIDATE = new RegExp(
  `(?:\\+|00)${BETWEEN}[1-9](?:${BETWEEN}\\d){6,13}|0${BETWEEN}[1-9](?:${BETWEEN}\\d){8}(?!\\d)`,
  "g"
);

// "+33162017702" -> its country and the rest (ITU-T E.164, list of country codes, 2016).
const parts = (number) =>
  /^\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})(\d+)$/.exec(number) || [];

// What finds a number: a neighbour that is no digit, what is written before, its own digits.
const pattern = (number) => {
  const [, country, own] = parts(number);
  const trunk = FRENCH.test(country) ? "0" : "[01]?";
  return (
    `(^|[^\\d+])((?:\\+|00)${BETWEEN}${country}${BETWEEN}0?${BETWEEN}|${trunk}${BETWEEN})` +
    `(${own.split("").join(BETWEEN)})(?!\\d)`
  );
};

// Numbers that pages of the site may hold, each with what is shown in its place.
let known = [];

const learn = (number, of) => {
  const found = known.find((each) => each.number == number);
  if (found || !parts(number)[1]) return found;
  const fresh = { number, of, reads: new RegExp(pattern(number), "g") };
  known.push(fresh);
  return fresh;
};

const shown = (each) => (each.of || each).show || (each.of || each).number;

// Find known numbers in a text that begins at `offset` of all the pieces, and write into them.
const rewrite = (text, pieces, offset) => {
  for (const each of known) {
    each.reads.lastIndex = 0;
    for (let found; (found = each.reads.exec(text)); ) {
      const [, neighbour, before, own] = found;
      const from = found.index + neighbour.length;
      const abroad = /^(\+|00)/.test(before);
      // The 0 after another country's code, "+49 (0)...": its number, not ours.
      if (!abroad && /\+\d{1,3}[\s.(\-]*$/.test(text.slice(0, from))) continue;
      (each.of || each).seen = 1;
      replaced(before, own, abroad, each).forEach((piece, at) => (pieces[offset + from + at] = piece));
    }
  }
};

// A number as it is written here, each character by itself, made into the one to show.
const replaced = (before, own, abroad, each) => {
  const [, country, old] = parts(each.number);
  const [, other, fresh] = parts(shown(each));
  const alike = country == other || (FRENCH.test(country) && FRENCH.test(other));
  const pieces = (before + own).split("");
  if (fresh.length == old.length && (abroad || alike)) {
    let at = 0;
    for (let i = before.length; i < pieces.length; i++) {
      if (/\d/.test(pieces[i])) pieces[i] = fresh[at++];
    }
    if (country != other && abroad) {
      at = before.indexOf(country, before[0] == "+" ? 1 : 2);
      for (let i = 0; i < country.length; i++) pieces[at + i] = i ? "" : other;
    }
    return pieces;
  }
  const dense = !/\D/.test((before + own).slice(1));
  return pieces.map((_, at) => (at ? "" : dense ? shown(each) : `+${other} ${fresh}`));
};
