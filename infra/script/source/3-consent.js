// What the visitor agreed to, as the site's own tool tells it. The first of these that has said
// anything decides; until one has, what is kept of an earlier page does, for six months (CNIL,
// deliberation 2020-092) and unless a tool asks the visitor again.
//
//  0  the site itself: cadran("consent", true)
//  1  Axeptio: `_axcb`, event `cookies:complete` (developers.axeptio.eu, "Axeptio Javascript SDK")
//  2  Didomi: `didomiOnReady`, `getCurrentUserStatus()`, event `consent.changed`
//     (developers.didomi.io, "Web SDK, reference")
//  3  Tarteaucitron: `tarteaucitron.state[key]` (tarteaucitron.js 1.34, `setConsent`)
//  4  IAB TCF 2.2: `__tcfapi("addEventListener", 2, ...)`; purposes 1, to store, and 7, to measure
//     advertising ("CMP API v2", IAB Tech Lab)
//  5  Google Consent Mode: `ad_storage` and `analytics_storage` both granted, as the page's
//     dataLayer has it (developers.google.com/tag-platform/security/guides/consent); not what
//     is granted to a region: nobody here knows where the visitor is

const VENDOR = me.dataset.vendor || "cadran";
const said = [];
const heard = {};
const LASTS = 183 * 86400000;
let questioned;

const remembered = () => kept.agreed > Date.now() - LASTS;

// Yes, no, or undefined: nobody knows.
const word = () => {
  const first = said.find((each) => each != null);
  if (first != null) return first;
  return (kept.visit && !questioned && remembered()) || undefined;
};

const agreed = () => !!word();

const says = (rank, yes) => {
  if (typeof yes != "boolean" || said[rank] === yes) return;
  said[rank] = yes;
  if (started) consented();
};

// The tool's own memory is over: it asks, and so must we.
const asksAgain = () => {
  questioned = 1;
  if (started) consented();
};

const once = (name, there, begin) => {
  if (!there || heard[name]) return;
  heard[name] = 1;
  begin();
};

const didomi = () => {
  const vendors = w.Didomi.getCurrentUserStatus().vendors;
  const ours = vendors[VENDOR] || vendors["c:" + VENDOR];
  if (ours) says(2, ours.enabled);
};

// What conversions need of it is passed on with the visit, unless the page does that itself.
const pass = (state) => {
  const uses = {};
  for (const use of ["ad_user_data", "ad_personalization", "analytics_storage"]) {
    if (state[use]) uses[use] = state[use];
  }
  const told = JSON.stringify(uses);
  if (!kept.visit || !agreed() || kept.own || kept.uses == told) return;
  kept.uses = told;
  store();
  tell({ kind: "custom", name: "consent", data: uses });
};

// A default that grants, and each update. One that denies is what tools begin with on every page,
// before they look up what the visitor chose. Where defaults differ by region, updates alone count.
const google = () => {
  const commands = (name) =>
    w.dataLayer.filter((each) => each && each[0] == "consent" && each[1] == name && each[2]);
  const defaults = commands("default");
  const updates = commands("update");
  const regional = defaults.some((each) => each[2].region);
  const counted = regional ? updates : defaults.concat(updates);
  const state = Object.assign({}, ...counted.map((each) => each[2]));
  const granted = state.ad_storage == "granted" && state.analytics_storage == "granted";
  if (!updates[0] && !granted) return;
  says(5, granted);
  pass(state);
};

// Look which tools are there: they come when they like.
const look = () => {
  once("axeptio", w._axcb, () =>
    w._axcb.push(safe((sdk) => sdk.on("cookies:complete", safe((choices) => says(1, choices[VENDOR])))))
  );
  once("didomi", w.didomiOnReady || w.Didomi, () => {
    (w.didomiOnReady = w.didomiOnReady || []).push(safe(didomi));
    (w.didomiEventListeners = w.didomiEventListeners || []).push({
      event: "consent.changed",
      listener: safe(didomi),
    });
  });
  once("tcf", w.__tcfapi, () =>
    w.__tcfapi("addEventListener", 2, safe((data, ok) => {
      if (!ok || !data) return;
      if (data.gdprApplies === false) says(4, true);
      else if (data.eventStatus == "cmpuishown") asksAgain();
      else if (/^(tcloaded|useractioncomplete)$/.test(data.eventStatus)) {
        const purposes = data.purpose.consents;
        says(4, !!(purposes[1] && purposes[7]));
      }
    }))
  );
  if (w.tarteaucitron && w.tarteaucitron.state) {
    const state = w.tarteaucitron.state[VENDOR];
    if (state == "wait" && !questioned) asksAgain();
    says(3, state);
  }
  if (w.dataLayer) google();
};
