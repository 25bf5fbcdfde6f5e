"""Small stand-ins of consent tools, each with the surface that its documentation promises.

They come after the page, as the real ones do: `window.cmp(true)` is the visitor who agrees.
"""

from __future__ import annotations

from typing import Final

# IAB Tech Lab, "CMP API v2": a stub queues calls; listeners hear at once, and at every change.
TCF: Final = """
(function () {
  const queue = [];
  window.__tcfapi = function () { queue.push(arguments); };
  window.load = function (stored) {
    const listeners = {};
    let next = 1, status = stored == null ? 'cmpuishown' : 'tcloaded', yes = stored;
    const data = id => ({
      tcString: 'CP', tcfPolicyVersion: 4, gdprApplies: true, cmpStatus: 'loaded',
      eventStatus: status, listenerId: id,
      purpose: {consents: {1: !!yes, 2: !!yes, 7: !!yes}, legitimateInterests: {}},
      vendor: {consents: {}, legitimateInterests: {}},
    });
    window.__tcfapi = (command, version, callback) => {
      if (command != 'addEventListener' || version != 2) return callback(null, false);
      const id = next++;
      listeners[id] = callback;
      callback(data(id), true);
    };
    queue.forEach(each => window.__tcfapi(...each));
    window.cmp = agreed => {
      status = 'useractioncomplete';
      yes = agreed;
      Object.keys(listeners).forEach(id => listeners[id](data(Number(id)), true));
    };
  };
})();
"""
# developers.axeptio.eu, "Axeptio Javascript SDK": callbacks of `_axcb` are given the SDK.
AXEPTIO: Final = """
window.load = function (stored) {
  const heard = [];
  const sdk = {on(event, callback) {
    if (event != 'cookies:complete') return;
    heard.push(callback);
    if (stored != null) callback({cadran: stored, google_analytics: true});
  }};
  const waiting = window._axcb || [];
  window._axcb = {push: each => each(sdk)};
  waiting.forEach(each => each(sdk));
  window.cmp = agreed => heard.forEach(each => each({cadran: agreed, google_analytics: true}));
};
window._axcb = [];
"""
# developers.didomi.io, "Web SDK": `didomiOnReady`, `didomiEventListeners`, `getCurrentUserStatus`.
DIDOMI: Final = """
window.didomiOnReady = [];
window.load = function (stored) {
  let yes = stored;
  const status = () => ({purposes: {}, vendors: {
    google: {id: 'google', enabled: true}, 'c:cadran': {id: 'c:cadran', enabled: !!yes},
  }});
  window.Didomi = {getCurrentUserStatus: status, isConsentRequired: () => true};
  const waiting = window.didomiOnReady;
  window.didomiOnReady = {push: each => each(window.Didomi)};
  waiting.forEach(each => each(window.Didomi));
  window.cmp = agreed => {
    yes = agreed;
    (window.didomiEventListeners || []).forEach(each => {
      if (each.event == 'consent.changed') each.listener({userStatus: status()});
    });
  };
};
"""
# tarteaucitron.js 1.34: `state[key]` is 'wait' until the visitor chose.
TARTEAUCITRON: Final = """
window.load = function (stored) {
  window.tarteaucitron = {state: {cadran: stored == null ? 'wait' : stored, gtag: true}};
  window.cmp = agreed => {
    window.tarteaucitron.state.cadran = agreed;
    const said = agreed ? 'cadran_allowed' : 'cadran_disallowed';
    document.dispatchEvent(new Event(said));
  };
};
"""
# developers.google.com, "Set up consent mode on websites": a default that denies, then updates.
GOOGLE: Final = """
window.dataLayer = [{event: 'gtm.js'}];
function gtag() { dataLayer.push(arguments); }
gtag('consent', 'default', {
  ad_storage: 'denied', ad_user_data: 'denied', ad_personalization: 'denied',
  analytics_storage: 'denied', wait_for_update: 500,
});
window.load = function (stored) {
  window.cmp = agreed => {
    const word = agreed ? 'granted' : 'denied';
    gtag('consent', 'update', {ad_storage: word, ad_user_data: word, analytics_storage: word});
  };
  if (stored != null) window.cmp(stored);
};
"""
CALL: Final = """
window.cadran = window.cadran || function () { (cadran.q = cadran.q || []).push(arguments); };
window.load = function (stored) {
  window.cmp = agreed => cadran('consent', agreed);
  if (stored != null) window.cmp(stored);
};
"""
TOOLS: Final = {
    "tcf": TCF,
    "axeptio": AXEPTIO,
    "didomi": DIDOMI,
    "tarteaucitron": TARTEAUCITRON,
    "google": GOOGLE,
    "call": CALL,
}
