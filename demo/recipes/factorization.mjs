// Ratings as products of vectors: each user and each film has one of its own, trained on the ratings that are known.
import { adam, cropping1d, dot, embedding, flatten, functional, input } from "whetstone";

const [USERS, FILMS] = [30, 20];
// What nobody tells the model: each user likes action or romance, and each film has so much of both.
const taste = (i) => [Math.cos(i * 2.3), Math.sin(i * 2.3)];
const content = (i) => [Math.cos(i * 1.1 + 1), Math.sin(i * 1.1 + 1)];
const rating = (user, film) => taste(user).reduce((sum, value, k) => sum + value * content(film)[k], 0);

const all = Array.from({ length: USERS * FILMS }, (_, i) => [Math.floor(i / FILMS), i % FILMS]);
const known = all.filter(([user, film]) => (user + film) % 5 < 3);
const others = all.filter(([user, film]) => (user + film) % 5 >= 3);
// Films are numbered behind the users, so that one table has all vectors.
const rowsOf = (pairs) => pairs.map(([user, film]) => [user, USERS + film]);
const ratingsOf = (pairs) => pairs.map(([user, film]) => [rating(user, film)]);

const pair = input({ shape: [2] });
const vectors = embedding({ inputDim: USERS + FILMS, outputDim: 3, embeddingsInitializer: "randomNormal" }).apply(pair);
const part = (cropping) => flatten().apply(cropping1d({ cropping }).apply(vectors));
const outputs = dot({ axes: 1 }).apply([part([0, 1]), part([1, 0])]);
const model = functional({ inputs: pair, outputs });
model.compile({ optimizer: adam({ learningRate: 0.02 }), loss: "meanSquaredError", seed: 1 });
const before = await model.evaluate(rowsOf(others), ratingsOf(others));
await model.fit(rowsOf(known), ratingsOf(known), { epochs: 60, batchSize: 16 });
const after = await model.evaluate(rowsOf(others), ratingsOf(others));
console.log(
  `${known.length} ratings known; error on the ${others.length} others ${before.loss.toFixed(3)} -> ${after.loss.toFixed(3)}`,
);
await model.dispose();
if (!(after.loss < before.loss / 10)) throw new Error(`expected ratings to be found, got ${after.loss}`);
