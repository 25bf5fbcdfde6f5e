// What begins, and what the page may say: cadran("consent" | "cart" | "form" | "event" | "page" |
// "numbers", ...), also before the script is there.

const where = () => {
  const { pathname, search, hash } = w.location;
  return pathname + search + (/^#[/!]/.test(hash) ? hash : "");
};

const view = () => {
  page = where();
  tell({ kind: "page", url: w.location.href.slice(0, 2000), title: d.title.slice(0, 300) });
};

// A route of an application: its title comes a little later.
const moved = () => setTimeout(safe(() => where() == page || view()), 50);

const say = {
  consent: (yes) => says(0, !!yes),
  cart: (data) => tell({ kind: "cart", data }),
  form: (data) => tell({ kind: "form", data }),
  event: (name, data) => {
    if (name == "consent") kept.own = 1;
    tell({ kind: "custom", name: String(name).slice(0, 60), data });
  },
  page: view,
  numbers: (listener) => {
    listeners.push(listener);
    listener(current());
  },
};

const called = safe((what, ...rest) => say[what](...rest));

const turned = () => {
  if (d.hidden) return flushed();
  expire();
  if (kept.visit && (!beat || Date.now() - sent > beat * 1000)) tell({ kind: "beat" });
};

const diagnose = () => {
  called.state = () => ({ site, said, agreed: agreed(), kept, known, candidates, answers, mishaps, waiting, preview });
  const script = d.createElement("script");
  script.src = base + "DEBUG_PATH";
  script.integrity = "DEBUG_INTEGRITY";
  script.crossOrigin = "anonymous";
  script.nonce = me.nonce;
  d.head.appendChild(script);
};

// Another tab was lent a number, or lost its visit.
const heardTab = (event) => {
  if (event.key != KEY) return;
  kept = recall();
  if (!kept.visit) forget();
  else if (agreed()) show(kept.numbers);
};

const watchRoutes = () => {
  w.addEventListener("popstate", moved);
  w.addEventListener("hashchange", moved);
  for (const name of ["pushState", "replaceState"]) {
    const own = w.history[name];
    w.history[name] = function () {
      const result = own.apply(this, arguments);
      moved();
      return result;
    };
  }
};

const listen = () => {
  w.addEventListener("load", safe(everywhere));
  d.addEventListener("visibilitychange", safe(turned));
  w.addEventListener("pagehide", safe(flushed));
  w.addEventListener("storage", safe(heardTab));
  setInterval(safe(() => d.hidden || look()), 500);
  watchRoutes();
};

// The page is read: ask for the numbers on it.
const asks = () => {
  everywhere();
  safe(look)();
  consented();
  started = 1;
  ask();
};

const begin = safe(() => {
  const stub = w.cadran || {};
  if (stub.is) return;
  called.is = 1;
  w.cadran = called;
  kept = recall();
  (stub.q || []).forEach((each) => called(...each));
  page = where();
  before = !!kept.visit || undefined;
  safe(look)();
  consented();
  (kept.printed || []).forEach((each) => learn(each));
  if (stub.o) stub.o.disconnect();
  takeOver();
  enter(d);
  show((agreed() && kept.numbers) || []);
  listen();
  if (d.readyState == "loading") d.addEventListener("DOMContentLoaded", safe(asks));
  else asks();
  if (/[?&]cadran=(debug|preview)\b/.test(w.location.search)) diagnose();
});

if (site && w.fetch && w.WeakMap) {
  if (d.prerendering) d.addEventListener("prerenderingchange", begin, { once: true });
  else begin();
}
