// The line of the loss, drawn on a canvas: epochs to the right, the loss upwards on a logarithmic scale.

const LEAST = 0.03;
const MOST = 3;
const TICKS = [0.03, 0.1, 0.3, 1, 3];
const MARGIN = { left: 36, right: 10, top: 10, bottom: 22 };

/** A chart with room for `epochs` epochs; it follows the size and the colours of its canvas. */
export function createChart(canvas, epochs) {
  const context = canvas.getContext("2d");
  /** Pairs of epochs done and loss. */
  let points = [];
  let asked = false;

  function draw() {
    asked = false;
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = devicePixelRatio;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.scale(scale, scale);
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const { left, right, top, bottom } = MARGIN;
    const x = (epoch) => left + (epoch / epochs) * (width - left - right);
    const y = (loss) => {
      const share = Math.log(Math.min(MOST, Math.max(LEAST, loss)) / LEAST) / Math.log(MOST / LEAST);
      return height - bottom - share * (height - top - bottom);
    };

    context.font = `12px ${style.fontFamily}`;
    context.lineWidth = 1;
    context.strokeStyle = colour("line");
    context.fillStyle = colour("quiet");
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.beginPath();
    for (const tick of TICKS) {
      const at = Math.round(y(tick)) + 0.5;
      context.moveTo(left, at);
      context.lineTo(width - right, at);
      context.fillText(String(tick), left - 8, at);
    }
    context.stroke();
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    for (let epoch = 0; epoch <= epochs; epoch++) context.fillText(String(epoch), x(epoch), height - 4);

    context.strokeStyle = colour("accent");
    context.lineWidth = 1.75;
    context.lineJoin = "round";
    context.beginPath();
    for (const [epoch, loss] of points) context.lineTo(x(epoch), y(loss));
    context.stroke();
  }

  function ask() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(draw);
  }

  new ResizeObserver(ask).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ask);
  return {
    add(epoch, loss) {
      points.push([epoch, loss]);
      ask();
    },
    clear() {
      points = [];
      ask();
    },
  };
}
