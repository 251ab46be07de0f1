// What 128-bit vectors reach in native code: packed products with tiles of 6x8, and a loop that touches registers only. Every line
// `variant operation M N K count` on stdin is answered by the processor's seconds for so many calls, and the sum of the product.
// gcc -O2 -mavx2 -mfma -ffp-contract=off -o roofline roofline.c
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static float *matrix(int size) { return aligned_alloc(64, (size * 4 + 8191) & ~4095); }

// `width` rows (6 or 8) of a matrix as a panel of K x width; rows are `row` floats apart, columns `column`.
static void pack(float *to, const float *from, int width, int have, int row, int column, int K) {
  if (have < width) memset(to, 0, 4L * width * K);
  if (row == 1 && have == width) {
    for (int k = 0; k < K; k++, to += width, from += column) {
      _mm_storeu_ps(to, _mm_loadu_ps(from));
      if (width == 8) _mm_storeu_ps(to + 4, _mm_loadu_ps(from + 4));
      else _mm_storel_pi((__m64 *)(to + 4), _mm_loadl_pi(_mm_setzero_ps(), (const __m64 *)(from + 4)));
    }
    return;
  }
  int r = 0;
  for (; column == 1 && K % 4 == 0 && r + 4 <= have; r += 4)
    for (int k = 0; k < K; k += 4) {
      const float *p = from + (long)r * row + k;
      __m128 a = _mm_loadu_ps(p), b = _mm_loadu_ps(p + row), c = _mm_loadu_ps(p + 2 * row), d = _mm_loadu_ps(p + 3 * row);
      _MM_TRANSPOSE4_PS(a, b, c, d);
      _mm_storeu_ps(to + k * width + r, a);
      _mm_storeu_ps(to + (k + 1) * width + r, b);
      _mm_storeu_ps(to + (k + 2) * width + r, c);
      _mm_storeu_ps(to + (k + 3) * width + r, d);
    }
  for (; r < have; r++)
    for (int k = 0; k < K; k++) to[k * width + r] = from[(long)r * row + (long)k * column];
}

#define FMA(x, y, z) _mm_fmadd_ps(x, y, z)
#define MULADD(x, y, z) _mm_add_ps(_mm_mul_ps(x, y), z)
#define TILE(NAME, ROWS, MADD)                                                                     \
  static void NAME(float *c, const float *a, const float *b, int K, int row) {                     \
    __m128 low[ROWS], high[ROWS];                                                                  \
    _Pragma("GCC unroll 6") for (int r = 0; r < ROWS; r++) low[r] = high[r] = _mm_setzero_ps();    \
    for (int k = 0; k < K; k++, a += 6, b += 8) {                                                  \
      __m128 b0 = _mm_load_ps(b), b1 = _mm_load_ps(b + 4);                                         \
      _Pragma("GCC unroll 6") for (int r = 0; r < ROWS; r++) {                                     \
        __m128 x = _mm_broadcast_ss(a + r);                                                        \
        low[r] = MADD(x, b0, low[r]);                                                              \
        high[r] = MADD(x, b1, high[r]);                                                            \
      }                                                                                            \
    }                                                                                              \
    _Pragma("GCC unroll 6") for (int r = 0; r < ROWS; r++) {                                       \
      _mm_storeu_ps(c + r * row, low[r]);                                                          \
      _mm_storeu_ps(c + r * row + 4, high[r]);                                                     \
    }                                                                                              \
  }
#define LOOP(NAME, MADD)                                                                           \
  static float NAME(long count, __m128 x, __m128 y) {                                              \
    __m128 s[12];                                                                                  \
    _Pragma("GCC unroll 12") for (int i = 0; i < 12; i++) s[i] = _mm_set1_ps(i);                   \
    for (long n = 0; n < count; n++) _Pragma("GCC unroll 12") for (int i = 0; i < 12; i++) s[i] = MADD(s[i], x, y); \
    for (int i = 1; i < 12; i++) s[0] = _mm_add_ps(s[0], s[i]);                                    \
    return _mm_cvtss_f32(s[0]);                                                                    \
  }
TILE(fma6, 6, FMA) TILE(fma4, 4, FMA) TILE(fma2, 2, FMA) TILE(fma1, 1, FMA) LOOP(fma_loop, FMA)
TILE(mul6, 6, MULADD) TILE(mul4, 4, MULADD) TILE(mul2, 2, MULADD) TILE(mul1, 1, MULADD) LOOP(mul_loop, MULADD)
typedef void Tile(float *, const float *, const float *, int, int);
static Tile *tiles[2][4] = {{mul6, mul4, mul2, mul1}, {fma6, fma4, fma2, fma1}};
static const int heights[4] = {6, 4, 2, 1};
enum { BLOCK = 96 };

// C (M,N) = A (M,K) B (K,N); N is a multiple of 8. Packs all of B, and A block by block.
static void gemm(Tile **tile, float *c, const float *a, int a_row, int a_column, const float *b, int b_row, int b_column, int M, int N,
                 int K, float *a_pack, float *b_pack) {
  for (int n = 0; n < N; n += 8) pack(b_pack + (long)n * K, b + (long)n * b_column, 8, 8, b_column, b_row, K);
  for (int first = 0; first < M; first += BLOCK) {
    int rows = M - first < BLOCK ? M - first : BLOCK;
    for (int m = 0; m < rows; m += 6)
      pack(a_pack + m * K, a + (long)(first + m) * a_row, 6, rows - m < 6 ? rows - m : 6, a_row, a_column, K);
    for (int n = 0; n < N; n += 8)
      for (int m = 0; m < rows; m += 6)
        for (int t = 0, r = m; t < 4; t++)
          while (r + heights[t] <= (m + 6 < rows ? m + 6 : rows)) {
            tile[t](c + (long)(first + r) * N + n, a_pack + m * K + (r - m), b_pack + (long)n * K, K, N);
            r += heights[t];
          }
  }
}

int main(void) {
  char variant[8], operation[16];
  int M, N, K;
  long count;
  while (scanf("%7s %15s %d %d %d %ld", variant, operation, &M, &N, &K, &count) == 6) {
    int fma = variant[0] == 'f', loop = operation[0] == 'l';
    // The batch has M rows of K inputs and N outputs; each operation multiplies other two of the three matrices.
    float *inp = matrix(M * K), *weight = matrix(K * N), *out = matrix(M * N), *c = matrix(M * N + K * N + M * K);
    float *a_pack = matrix((BLOCK + 6) * (M + N + K)), *b_pack = matrix(2 * (M * N + K * N + M * K));
    for (int i = 0; i < M * K; i++) inp[i] = i * 37L % 101 / 101.0f - 0.4f;
    for (int i = 0; i < K * N; i++) weight[i] = i * 53L % 97 / 97.0f - 0.4f;
    for (int i = 0; i < M * N; i++) out[i] = i * 41L % 89 / 89.0f - 0.4f;
    volatile float x = 0.999f;
    struct timespec begin, end;
    double sum = 0;
    int size = 0;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    if (loop) sum = (fma ? fma_loop : mul_loop)(count, _mm_set1_ps(x), _mm_set1_ps(1 - x));
    else for (long i = 0; i < count; i++) switch (operation[0]) {
      case 'f': gemm(tiles[fma], c, inp, K, 1, weight, N, 1, M, N, K, a_pack, b_pack); size = M * N; break;
      case 'i': gemm(tiles[fma], c, out, N, 1, weight, 1, N, M, K, N, a_pack, b_pack); size = M * K; break;
      default: gemm(tiles[fma], c, inp, 1, K, out, N, 1, K, N, M, a_pack, b_pack); size = K * N;
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    for (int i = 0; i < size; i++) sum += c[i] * (1 + i % 7);
    double seconds = (end.tv_sec - begin.tv_sec) + 1e-9 * (end.tv_nsec - begin.tv_nsec);
    printf("{\"steps\": %ld, \"seconds\": %.9f, \"info\": {\"sum\": %.9g}}\n", count, seconds, sum);
    fflush(stdout);
    free(inp), free(weight), free(out), free(c), free(a_pack), free(b_pack);
  }
}
