// The page: its texts, links and attributes, those that come later too. What is printed is kept,
// so that it can be put back. Nodes are never replaced, only their text: frameworks hold on to them.

// Elements within a line: a number may be broken by them, as in <b>04</b> 72 00 11 22.
const INLINE =
  /^(A|ABBR|B|BDI|BDO|BIG|CITE|CODE|DATA|DFN|EM|FONT|I|LABEL|MARK|NOBR|Q|S|SMALL|SPAN|STRONG|SUB|SUP|TIME|TSPAN|U|VAR|WBR)$/i;
const LEFT = /^(INPUT|TEXTAREA|SELECT|OPTION|STYLE|NOSCRIPT|TEMPLATE|IFRAME|OBJECT)$/;
const OFF = "[contenteditable]:not([contenteditable=false]),[data-cadran=off]";

// Links that dial, what screen readers and tooltips say, marked-up data, what dialling widgets
// read. Not `alt`: a number in a picture cannot be swapped, and its description must not differ.
const DATA = ["data-phone", "data-phone-number", "data-tel", "data-telephone", "data-number"];
const ATTRIBUTES = ["href", "aria-label", "title", "content", ...DATA];
const BEARING =
  ["tel", "sms", "callto"].map((scheme) => `[href^="${scheme}:" i]`).join() +
  ",[aria-label],[title],[itemprop=telephone][content]," +
  DATA.map((name) => `[${name}]`).join();

// A page that puts its own number back again and again is left to it.
const MOST_FIGHTS = 20;

// Of a text node or an element's attribute: what was printed, and what we made of it.
const memory = (w.cadran && w.cadran.m) || new WeakMap();
const roots = new Set();
let candidates = new Set();
let run = [];
let waiting, settled, hydrated;

const original = (kept, now) => (kept && kept[1] == now ? kept[0] : now);

const printed = (node) => original(memory.get(node), node.data);

// Return what is to stand there, and remember it; null if nothing changes.
const renew = (kept, now, text, fresh) => {
  if (fresh == now) return null;
  const fights = kept && kept[1] != now && kept[0] == now ? kept[2] + 1 : 0;
  return fights > MOST_FIGHTS ? null : [text, fresh, fights];
};

const notice = (text) => {
  for (const each of text.match(CANDIDATE) || []) candidates.add(each);
};

// Deal with the texts of one line, alone and together.
const flush = () => {
  const nodes = run;
  run = [];
  const texts = nodes.map(printed);
  const whole = texts.join("");
  if (whole.replace(/\D/g, "").length < 6) return;
  notice(whole);
  if (waiting) return;
  const pieces = whole.split("");
  let at = 0;
  if (texts.length > 1) rewrite(whole, pieces, 0);
  for (const text of texts) {
    rewrite(text, pieces, at);
    at += text.length;
  }
  at = 0;
  nodes.forEach((node, index) => {
    const fresh = pieces.slice(at, (at += texts[index].length)).join("");
    const kept = renew(memory.get(node), node.data, texts[index], fresh);
    if (kept) {
      memory.set(node, kept);
      node.data = fresh;
    }
  });
};

const attribute = (element, name) => {
  const now = element.getAttribute(name);
  if (!now || waiting || LEFT.test(element.nodeName)) return;
  if (!element.matches(BEARING) || element.closest(OFF)) return;
  if (name == "href" && !/^(tel|sms|callto):/i.test(now)) return;
  const all = memory.get(element) || {};
  const text = original(all[name], now);
  notice(text);
  const pieces = text.split("");
  rewrite(text, pieces, 0);
  const kept = renew(all[name], now, text, pieces.join(""));
  if (kept) {
    memory.set(element, { ...all, [name]: kept });
    element.setAttribute(name, kept[1]);
  }
};

const attributes = (element) => ATTRIBUTES.forEach((name) => attribute(element, name));

const walk = (node) => {
  if (node.nodeType == 3) return run.push(node);
  const element = node.nodeType == 1;
  const name = node.nodeName.toUpperCase();
  if (element && (LEFT.test(name) || node.isContentEditable || node.matches("[data-cadran=off]"))) return;
  if (name == "SCRIPT" && node.type != "application/ld+json") return;
  const inline = INLINE.test(name);
  if (!inline) flush();
  if (node.shadowRoot) enter(node.shadowRoot);
  for (let child = node.firstChild; child; child = child.nextSibling) walk(child);
  if (!inline) flush();
};

// Swap all that is under a node.
const sweep = (root) => {
  walk(root);
  flush();
  if (root.matches && root.matches(BEARING)) attributes(root);
  if (root.querySelectorAll) root.querySelectorAll(BEARING).forEach(attributes);
};

const enter = (root) => {
  if (!roots.has(root)) {
    roots.add(root);
    observer.observe(root, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ATTRIBUTES,
    });
  }
  const outer = run;
  run = [];
  sweep(root);
  run = outer;
};

const everywhere = () => roots.forEach(sweep);

// The line that a node is part of; nothing if it is none of ours to change.
const block = (node) => {
  const element = node.nodeType == 1 ? node : node.parentElement;
  if (!element) return node.isConnected ? node.parentNode : null;
  if (!element.isConnected || element.closest(OFF)) return null;
  let top = element;
  while (INLINE.test(top.nodeName) && top.parentElement) top = top.parentElement;
  return top;
};

const changed = (records) => {
  if (!settled && !waiting) takeOver();
  if (waiting) return;
  const touched = new Set();
  for (const record of records) {
    if (record.type == "attributes") attribute(record.target, record.attributeName);
    else if (record.type == "characterData") touched.add(block(record.target));
    for (const node of record.addedNodes) {
      const line = node.nodeType == 3 || INLINE.test(node.nodeName);
      touched.add(line ? block(record.target) : block(node) && node);
    }
  }
  touched.forEach((node) => node && sweep(node));
  observer.takeRecords(); // our own
  wanted();
};

const observer = new MutationObserver(safe(changed));

// Pages whose server's HTML a framework takes over compare it first: what is changed before that
// is an error there. So they are waited for, three seconds at most once they are loaded.
const HYDRATED = "#__next,#___gatsby,#__nuxt,[data-reactroot],[data-server-rendered],astro-island[ssr],[ngh]";

const hydrates = () => {
  const root = d.querySelector(me.dataset.wait || HYDRATED) || (w.__next_f && d.body);
  if (!root) return false;
  if (root.matches("astro-island,[ngh]")) return true; // they lose the attribute when they are done
  if (root.__vue_app__ || root.__vue__) return false;
  const all = root.querySelectorAll("*");
  const last = all[all.length - 1];
  return !(last && Object.keys(last).some((key) => /^__react/.test(key)));
};

const takeOver = (deadline) => {
  const complete = d.readyState == "complete";
  if (!complete || !deadline) deadline = Date.now() + 3000;
  waiting = hydrates() && Date.now() < deadline;
  settled = complete && !waiting;
  if (waiting) {
    hydrated = 1;
    setTimeout(safe(() => {
      if (takeOver(deadline)) return;
      everywhere();
      wanted();
    }), 50);
  }
  return waiting;
};
