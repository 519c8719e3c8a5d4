// The heliocentric path on a plain canvas: orthographic, turned by drag, touch or arrow keys.
(function () {
  "use strict";
  const root = document.getElementById("path-viewer");
  const source = document.getElementById("path-data");
  if (!root || !source) return;
  const data = JSON.parse(source.textContent);
  const canvas = root.querySelector("canvas");
  const slider = root.querySelector("input[type=range]");
  const readout = root.querySelector("[data-readout]");
  const pen = canvas.getContext("2d");
  if (!pen) return;

  const AU_KM = 149597870.7;
  const TITLES = { craft: "craft", earth: "Earth", mars: "Mars", moon: "Moon", sun: "Sun" };

  function unpack(text) {
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    const view = new DataView(bytes.buffer);
    const out = new Float32Array(raw.length / 4);
    for (let i = 0; i < out.length; i++) out[i] = view.getFloat32(4 * i, true);
    return out;
  }
  function unpackAll(table) {
    const out = {};
    for (const key of Object.keys(table)) out[key] = unpack(table[key]);
    return out;
  }

  const days = unpack(data.days);
  const tracks = unpackAll(data.tracks);
  const numbers = unpackAll(data.numbers);
  const orbits = unpackAll(data.orbits);
  const lastDay = days[days.length - 1];
  const startMs = Date.parse(data.start);
  const home = { yaw: -0.5, pitch: 0.95, span: 3.2, focus: "sun", dx: 0, dy: 0 };
  const eye = Object.assign({}, home);
  let day = 0;
  let playing = false;
  let queued = false;

  // --- time -------------------------------------------------------------------------------------
  function bracket(when) {
    let low = 0;
    let high = days.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (days[middle] <= when) low = middle;
      else high = middle;
    }
    const gap = days[high] - days[low];
    return [low, high, gap > 0 ? Math.min(Math.max((when - days[low]) / gap, 0), 1) : 0];
  }
  function placeOf(name, when) {
    if (name === "sun") return [0, 0, 0];
    const track = tracks[name];
    if (!track) return null;
    const [a, b, w] = bracket(when);
    return [0, 1, 2].map((k) => (1 - w) * track[3 * a + k] + w * track[3 * b + k]);
  }
  function numberOf(name, when) {
    const row = numbers[name];
    if (!row) return null;
    const [a, b, w] = bracket(when);
    return (1 - w) * row[a] + w * row[b];
  }

  // --- view -------------------------------------------------------------------------------------
  function camera() {
    const cy = Math.cos(eye.yaw), sy = Math.sin(eye.yaw);
    const cp = Math.cos(eye.pitch), sp = Math.sin(eye.pitch);
    const centre = placeOf(eye.focus, day) || [0, 0, 0];
    const width = canvas.clientWidth, height = canvas.clientHeight;
    const scale = Math.min(width, height) / eye.span;
    return {
      scale, width, height,
      to(p, k) {
        k = k || 0;
        const x = p[k] - centre[0], y = p[k + 1] - centre[1], z = p[k + 2] - centre[2];
        const right = cy * x + sy * y;
        const deep = -sy * x + cy * y;
        const up = sp * deep + cp * z;
        return [width / 2 + eye.dx + scale * right, height / 2 + eye.dy - scale * up];
      },
    };
  }
  function ink(role) {
    return getComputedStyle(root).getPropertyValue("--" + role).trim();
  }

  // The first `count` points of a track, and then on to `tip`, where it has got to.
  function line(cam, points, role, width, count, alpha, tip) {
    pen.beginPath();
    for (let i = 0; i < count; i++) {
      const [x, y] = cam.to(points, 3 * i);
      if (i === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    }
    if (tip) pen.lineTo(...cam.to(tip));
    pen.globalAlpha = alpha;
    pen.strokeStyle = ink(role);
    pen.lineWidth = width;
    pen.stroke();
    pen.globalAlpha = 1;
  }
  function dot(cam, place, role, radius, text) {
    if (!place) return;
    const [x, y] = cam.to(place);
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fillStyle = ink(role);
    pen.fill();
    if (text) word(x + radius + 4, y + 4, text, role);
  }
  let taken = [];
  function word(x, y, text, role) {
    const size = pen.measureText(text).width;
    const box = [x, y - 11, x + size, y + 4];
    if (taken.some((b) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3])) return;
    taken.push(box);
    pen.lineWidth = 3;
    pen.strokeStyle = ink("card");
    pen.strokeText(text, x, y);
    pen.fillStyle = ink(role);
    pen.fillText(text, x, y);
  }
  function diamond(cam, place, text) {
    const [x, y] = cam.to(place);
    pen.beginPath();
    pen.moveTo(x, y - 5);
    pen.lineTo(x + 5, y);
    pen.lineTo(x, y + 5);
    pen.lineTo(x - 5, y);
    pen.closePath();
    pen.fillStyle = ink("manoeuvre");
    pen.fill();
    word(x + 8, y + 4, text, "manoeuvre");
  }

  function plane(cam) {
    for (const radius of [0.5, 1, 1.5]) {
      pen.beginPath();
      for (let k = 0; k <= 96; k++) {
        const turn = (2 * Math.PI * k) / 96;
        const [x, y] = cam.to([radius * Math.cos(turn), radius * Math.sin(turn), 0]);
        if (k === 0) pen.moveTo(x, y);
        else pen.lineTo(x, y);
      }
      pen.strokeStyle = ink("grid");
      pen.lineWidth = 1;
      pen.stroke();
    }
    for (const axis of [[1, 0], [0, 1]]) {
      const a = cam.to([-1.75 * axis[0], -1.75 * axis[1], 0]);
      const b = cam.to([1.75 * axis[0], 1.75 * axis[1], 0]);
      pen.beginPath();
      pen.moveTo(a[0], a[1]);
      pen.lineTo(b[0], b[1]);
      pen.stroke();
    }
  }

  function scaleBar(cam) {
    const most = (cam.width * 0.28) / cam.scale;
    const power = Math.pow(10, Math.floor(Math.log10(most)));
    const size = [5, 2, 1].map((n) => n * power).find((n) => n <= most) || power;
    const x = 14, y = cam.height - 16, wide = size * cam.scale;
    pen.strokeStyle = ink("ink");
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(x, y - 4);
    pen.lineTo(x, y);
    pen.lineTo(x + wide, y);
    pen.lineTo(x + wide, y - 4);
    pen.stroke();
    pen.fillStyle = ink("ink");
    const au = size >= 0.001 ? String(+size.toPrecision(1)) + " AU = " : "";
    pen.fillText(au + distance(size * AU_KM), x, y - 9);
  }

  function draw() {
    queued = false;
    const ratio = window.devicePixelRatio || 1;
    const wide = Math.round(canvas.clientWidth * ratio), high = Math.round(canvas.clientHeight * ratio);
    if (!wide || !high) return;
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    pen.font = "13px system-ui, sans-serif";
    pen.lineJoin = "round";
    taken = [];
    const cam = camera();
    plane(cam);
    for (const name of Object.keys(orbits)) line(cam, orbits[name], name, 1, orbits[name].length / 3, 0.55);
    const past = bracket(day)[0] + 1;
    for (const name of ["earth", "mars"])
      if (tracks[name]) line(cam, tracks[name], name, 2.2, past, 0.9, placeOf(name, day));
    if (eye.span < 0.2 && tracks.moon) line(cam, tracks.moon, "moon", 1.2, days.length, 0.7);
    line(cam, tracks.craft, "craft", 1.4, days.length, 0.55);
    line(cam, tracks.craft, "craft", 3, past, 1, placeOf("craft", day));
    dot(cam, placeOf("craft", day), "craft", 6, "");
    dot(cam, [0, 0, 0], "sun", 7, "Sun");
    dot(cam, placeOf("earth", day), "earth", 5, "Earth");
    dot(cam, placeOf("mars", day), "mars", 5, "Mars");
    if (eye.span < 0.2) dot(cam, placeOf("moon", day), "moon", 3.5, "Moon");
    const at = cam.to(placeOf("craft", day));
    word(at[0] - 8 - pen.measureText("craft").width, at[1] + 4, "craft", "craft");
    for (const mark of data.marks) dot(cam, placeOf("craft", mark.day), "ink", 4, mark.name);
    for (const burn of data.burns) diamond(cam, placeOf("craft", burn.day), burn.name);
    scaleBar(cam);
    tell();
  }
  function redraw() {
    if (queued) return;
    queued = true;
    requestAnimationFrame(draw);
  }

  // --- words ------------------------------------------------------------------------------------
  function grouped(value, places) {
    const [whole, part] = value.toFixed(places).split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") + (part ? "." + part : "");
  }
  function distance(km) {
    if (km >= 1e7) return grouped(km / 1e6, km >= 1e8 ? 0 : 1) + " million km";
    if (km >= 1e6) return (km / 1e6).toFixed(2) + " million km";
    return grouped(km >= 1000 ? Math.round(km / 10) * 10 : km, 0) + " km";
  }
  function tell() {
    const date = new Date(startMs + day * 864e5).toISOString();
    const rows = [[date.slice(0, 10) + " " + date.slice(11, 16) + " UTC", "day " + day.toFixed(1)]];
    for (const name of ["earth", "mars", "sun"]) {
      const far = numberOf(name + "_distance", day);
      if (far !== null) rows.push([TITLES[name], distance(far)]);
    }
    const speed = numberOf("speed_sun", day);
    if (speed !== null) rows.push(["speed about the Sun", speed.toFixed(2) + "\u202fkm/s"]);
    readout.replaceChildren();
    for (const [name, text] of rows) {
      const span = document.createElement("span");
      const strong = document.createElement("b");
      strong.textContent = text;
      span.append(name + " ", strong);
      readout.append(span);
    }
    slider.setAttribute("aria-valuetext", rows.map((row) => row.join(" ")).join(", "));
  }

  // --- hands ------------------------------------------------------------------------------------
  function zoom(factor) {
    eye.span = Math.min(Math.max(eye.span * factor, 2e-4), 12);
    redraw();
  }
  function turn(dyaw, dpitch) {
    eye.yaw += dyaw;
    eye.pitch = Math.min(Math.max(eye.pitch + dpitch, 0), Math.PI / 2);
    redraw();
  }
  function setDay(value) {
    day = Math.min(Math.max(value, 0), lastDay);
    slider.value = String(day);
    redraw();
  }
  const held = new Map();
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    held.set(event.pointerId, [event.clientX, event.clientY]);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    if (held.size === 1) {
      const dx = now[0] - before[0], dy = now[1] - before[1];
      if (event.shiftKey) {
        eye.dx += dx;
        eye.dy += dy;
        redraw();
      } else turn(-dx * 0.008, dy * 0.008);
    } else if (held.size === 2) {
      const other = [...held].find(([id]) => id !== event.pointerId)[1];
      const was = Math.hypot(before[0] - other[0], before[1] - other[1]);
      const is = Math.hypot(now[0] - other[0], now[1] - other[1]);
      eye.dx += (now[0] - before[0]) / 2;
      eye.dy += (now[1] - before[1]) / 2;
      if (was > 0 && is > 0) zoom(was / is);
    }
    held.set(event.pointerId, now);
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
    canvas.addEventListener(end, (event) => held.delete(event.pointerId));
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && document.activeElement !== canvas) return;
    event.preventDefault();
    zoom(Math.exp(event.deltaY * 0.0015));
  }, { passive: false });
  canvas.addEventListener("dblclick", () => zoom(0.5));
  canvas.addEventListener("keydown", (event) => {
    const act = {
      ArrowLeft: () => turn(-0.08, 0), ArrowRight: () => turn(0.08, 0),
      ArrowUp: () => turn(0, 0.06), ArrowDown: () => turn(0, -0.06),
      "+": () => zoom(0.8), "=": () => zoom(0.8), "-": () => zoom(1.25),
      "[": () => setDay(day - 1), "]": () => setDay(day + 1),
      " ": () => play(!playing), "0": reset,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  const playButton = root.querySelector("[data-play]");
  let then = 0;
  function step(now) {
    if (!playing) return;
    if (then) setDay(day + ((now - then) / 1000) * (lastDay / 16));
    then = now;
    if (day >= lastDay) play(false);
    else requestAnimationFrame(step);
  }
  function play(on) {
    if (on && day >= lastDay) setDay(0);
    playing = on;
    then = 0;
    playButton.textContent = on ? "Pause" : "Play";
    playButton.setAttribute("aria-pressed", String(on));
    if (on) requestAnimationFrame(step);
  }
  function reset() {
    Object.assign(eye, home);
    choose(home.focus);
  }
  function choose(name) {
    eye.focus = name;
    eye.dx = eye.dy = 0;
    for (const button of root.querySelectorAll("[data-focus]"))
      button.setAttribute("aria-pressed", String(button.dataset.focus === name));
    redraw();
  }
  playButton.addEventListener("click", () => play(!playing));
  root.querySelector("[data-in]").addEventListener("click", () => zoom(0.6));
  root.querySelector("[data-out]").addEventListener("click", () => zoom(1 / 0.6));
  root.querySelector("[data-top]").addEventListener("click", () => {
    Object.assign(eye, { yaw: 0, pitch: Math.PI / 2, span: Math.max(eye.span, 3.6) });
    redraw();
  });
  root.querySelector("[data-reset]").addEventListener("click", reset);
  for (const button of root.querySelectorAll("[data-focus]")) {
    if (button.dataset.focus !== "sun" && !tracks[button.dataset.focus]) button.hidden = true;
    button.addEventListener("click", () => choose(button.dataset.focus));
  }
  slider.max = String(lastDay);
  slider.step = String(lastDay / 2000);
  slider.addEventListener("input", () => {
    play(false);
    setDay(parseFloat(slider.value));
  });
  new ResizeObserver(redraw).observe(canvas);
  document.addEventListener("marsward-theme", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  root.hidden = false;
  setDay(lastDay * 0.55);
})();
