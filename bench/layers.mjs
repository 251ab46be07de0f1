// Whetstone beside its peers on nets of other layers than dense ones.
import { NETS } from "./nets.mjs";
import { compare } from "./peers.mjs";

export default (options = {}) => compare("layers", "Layers", NETS, options);
