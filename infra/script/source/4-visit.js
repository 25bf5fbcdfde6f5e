// The visit: what is kept of it with consent, what the server is told and answers.

const KEY = "cadran:" + site;
const PATIENCE = 8000;
const MOST_EVENTS = 20;
const LONGEST = 5000; // characters of a message's events: at most 16 KB in any alphabet

// Of this page: when it was opened, and the address that brought the visitor.
const opened = Date.now();
const landed = w.location.href.slice(0, 6000);
const preview = /[?&]cadran=preview\b/.test(w.location.search);
const answers = []; // for the diagnosis
const listeners = [];

// What is stored: { visit, agreed, numbers: [{ find, show, until }], printed, swaps, uses, own }
let kept = {};
let started, before, asking, again, beating, beat, ending, sent, page;
let tries = 0;
let asked = "";
let showing = "[]";
let queue = [];

const recall = () => {
  try {
    return JSON.parse(w.localStorage.getItem(KEY)) || {};
  } catch (_) {
    return {};
  }
};

const store = () => {
  try {
    if (kept.visit) w.localStorage.setItem(KEY, JSON.stringify(kept));
    else w.localStorage.removeItem(KEY);
  } catch (_) {}
};

const post = (path, body) => {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE);
  const note = (outcome) => {
    clearTimeout(timer);
    answers.push([path, outcome]);
  };
  return fetch(base + path, {
    method: "POST",
    body: JSON.stringify({ site, visit: kept.visit || null, ...body }),
    headers: { "Content-Type": "text/plain" },
    credentials: "omit",
    keepalive: path == "events",
    signal: abort.signal,
  })
    .then((heard) => (heard.ok ? heard.json() : Promise.reject(heard.status)))
    .then(
      (answer) => (note(answer), answer),
      (failed) => {
        note(String(failed));
        return Promise.reject(failed);
      }
    );
};

const is_live = (each) => !each.until || each.until > Date.now();

// What is shown now, each as it was answered.
const current = () =>
  known.filter((each) => each.show).map((each) => ({ find: each.number, show: each.show, until: each.until }));

// Show these, and nothing else, in place of what is printed; say whether the page was swept for it.
const show = (numbers) => {
  for (const each of known) {
    // A copy that the page made of what we had shown is still to be found.
    if (each.show) learn(each.show, each);
    each.show = 0;
  }
  for (const each of numbers.filter(is_live)) {
    const found = learn(each.find);
    if (found) Object.assign(found, { show: each.show, until: each.until });
  }
  // Nobody need answer for a number to be over; timers of a machine that slept come late, see pulse.
  clearTimeout(ending);
  const ends = Math.min(...current().map((each) => each.until || Infinity));
  if (ends < Infinity) ending = setTimeout(safe(expire), ends - Date.now());
  const now = JSON.stringify(current().map((each) => [each.find, each.show]));
  if (now == showing) return 0;
  showing = now;
  everywhere();
  observer.takeRecords();
  listeners.forEach((each) => safe(each)(current()));
  return 1;
};

// What may be lent to somebody else by now is shown no longer.
const expire = () => show(current());

const remember = (answer) => {
  // From when it was asked for, at the latest that it can have been: the answer took its time.
  const until = answer.left ? Date.now() + answer.left * 1000 - PATIENCE : 0;
  const fresh = answer.numbers.map(({ find, show }) => ({ find, show, until }));
  const other = (each) => !fresh.some((one) => one.find == each.find);
  if (!kept.visit || kept.visit.split(".")[0] != answer.visit.split(".")[0]) kept.uses = 0;
  kept.visit = answer.visit;
  if (!remembered()) kept.agreed = Date.now();
  kept.printed = answer.printed || kept.printed;
  kept.numbers = (kept.numbers || []).filter(other).concat(until ? fresh : []);
  // What the page's head can swap by itself. Frameworks that compare want none of it.
  kept.swaps = kept.numbers
    .map((each) => [parts(each.find), parts(each.show), each])
    .filter(([from, to]) => !hydrated && from[1] == to[1] && from[2].length == to[2].length)
    .map(([, to, each]) => [pattern(each.find), to[2], each.until]);
  store();
  return fresh;
};

const pulse = (seconds) => {
  beat = seconds || beat;
  clearTimeout(beating);
  if (beat) beating = setTimeout(safe(() => (expire(), d.hidden || tell({ kind: "beat" }))), beat * 1000);
};

// Numbers as the door reads them; one that is none, where there are none: then nothing is lent.
const numbers = () => {
  const found = known.filter((each) => each.seen && !each.of).map((each) => each.number);
  for (const each of candidates) {
    const plain = each.replace(/[^\d+]/g, "").replace(/^(\+|00)330/, "+33");
    const there = found.some((one) => one.slice(-9) == plain.slice(-9));
    if (found.length < 60 && !there) found.push(plain);
  }
  return found.length ? found : ["none"];
};

// One tab after the other. A lock comes by another way than what its last holder stored, and may be
// here first. So who stored a visit holds it a moment longer, and who had to wait for the lock waits
// for the visit too, a second at most.
const alone = (work) => {
  const { locks } = w.navigator;
  if (!locks) return work();
  const stored = () =>
    new Promise((go) => {
      if (!agreed() || preview || recall().visit) return go();
      w.addEventListener("storage", (event) => event.key == KEY && go());
      setTimeout(go, 1000);
    });
  let free;
  return locks
    .request(KEY, { ifAvailable: true }, (lock) => (free = lock) && work())
    .then((done) => (free ? done : locks.request(KEY, () => stored().then(work))));
};

// Ask what to show: at each page, and when consent or another number comes.
const ask = () => {
  if (asking) return (again = 1);
  asking = 1;
  const done = (failed) => {
    asking = 0;
    if (again) return (again = 0), ask();
    if (!failed) return wanted();
    // Again, twice at most, and not all pages together; what was refused stays so (below 500).
    if (!(failed < 500) && tries++ < 2) setTimeout(safe(ask), 4000 + Math.random() * 8000);
  };
  const arrive = () => {
    const consent = agreed() && !preview;
    if (consent) kept = { ...kept, ...recall() }; // another tab may have begun the visit
    const list = numbers();
    asked = String(list);
    return post("visits", {
      visit: (consent && kept.visit) || null,
      consent,
      url: landed,
      referrer: d.referrer.slice(0, 2000),
      title: d.title.slice(0, 300),
      numbers: list,
      at: opened,
      hidden: d.hidden,
    })
      .then(safe((answer) => answered(answer, consent)))
      .then((failed) => (kept.visit ? new Promise((go) => setTimeout(go, 50, failed)) : failed));
  };
  Promise.resolve(alone(arrive)).then(safe(done), safe(done));
};

const answered = (answer, consent) => {
  if (!answer.printed) return "failed"; // what is shown stays, until it is over
  const knew = known.length;
  answer.printed.forEach((each) => learn(each));
  if (consent && !agreed()) {
    // It was withdrawn meanwhile, or is asked again.
    kept.visit = answer.visit;
    return word() === false ? withdraw() : store();
  }
  let fresh = answer.numbers;
  if (consent && answer.visit) fresh = remember(answer);
  // Numbers that are nobody's: 01 99 00 is kept for fiction (ARCEP, decision 2018-0881).
  if (preview) fresh = answer.printed.map((find, at) => ({ find, show: "+3319900" + (1000 + at) }));
  if (!show(fresh) && known.length > knew) everywhere(); // one of them may have come meanwhile
  sent = Date.now();
  pulse(answer.beat);
  flushed();
};

// Another of the site's numbers came to the page: ask for it too.
const wanted = () => {
  const fresh = known.some((each) => each.seen && !each.of && !asked.includes(each.number.slice(3)));
  if (started && fresh && !asking) ask();
};

// Tell what happened. It waits for the visit to be known, twenty things at most.
const tell = (event) => {
  if (preview) return;
  const { kind, data } = event;
  if (data && JSON.stringify(data).length > (kind == "custom" ? 500 : 4000)) {
    return mishaps.push(kind + ": too large");
  }
  if (!/page|custom/.test(kind)) queue = queue.filter((each) => each.kind != kind); // the last counts
  queue.push({ at: Date.now(), ...event });
  if (queue.length > MOST_EVENTS) queue.shift();
  setTimeout(safe(flushed), 200);
};

const flushed = () => {
  if (!kept.visit || !agreed() || !queue.length) return;
  let size = 0;
  const fits = queue.findIndex((each) => (size += JSON.stringify(each).length) > LONGEST);
  const events = queue.splice(0, fits < 0 ? MOST_EVENTS : Math.max(fits, 1));
  sent = Date.now();
  pulse();
  post("events", { events }).then(safe(told), (failed) => {
    if (!(failed < 500)) queue = events.concat(queue).slice(-MOST_EVENTS);
  });
  if (queue.length) flushed();
};

const told = (answer) => {
  if (!answer.visit || !agreed()) return;
  const fresh = remember(answer);
  const rest = current().filter((each) => !fresh.some((one) => one.find == each.find));
  show(rest.concat(fresh));
  pulse(answer.beat);
};

const forget = () => {
  kept = { printed: kept.printed };
  queue = [];
  beat = 0;
  clearTimeout(beating);
  store();
  show([]);
};

const withdraw = () => {
  if (kept.visit) post("events", { events: [{ kind: "withdraw", at: Date.now() }] }).catch(() => 0);
  forget();
};

// The visitor agreed, or agrees no more. Where nobody knows any more, nothing is told of the visit,
// and nothing erased.
const consented = () => {
  const was = before;
  before = word();
  if (before === was) return;
  if (before === false && kept.visit) withdraw();
  if (started && !before != !was) ask();
};
