// Reads holding registers of one Modbus TCP server as fast as libmodbus lets it, a thread a connection: a read waits for its reply.
//   libmodbus-client PORT
// Each line of input "RUN CONNECTIONS REGISTERS MS" is answered by one of output, as bench/edge/peers/modbus-client.ts does it.
#include <modbus/modbus.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { MOST = 1024, WARM_UP_MS = 200, ADDRESSES = 200 };

struct job {
  int port, seed, count;
  double from, to;
  float *latencies;
  int requests, room, wrong;
};

static double now_us(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1e6 + at.tv_nsec / 1e3;
}

static double cpu_us(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

static void sleep_until(double at) {
  struct timespec left;
  double us = at - now_us();
  if (us <= 0) return;
  left.tv_sec = us / 1e6, left.tv_nsec = (us - left.tv_sec * 1e6) * 1e3;
  nanosleep(&left, 0);
}

static void keep(struct job *job, double latency) {
  if (job->requests == job->room) {
    job->room = job->room ? 2 * job->room : 4096;
    job->latencies = realloc(job->latencies, job->room * sizeof *job->latencies);
    if (!job->latencies) exit(1);
  }
  job->latencies[job->requests++] = latency;
}

static void *work(void *given) {
  struct job *job = given;
  uint16_t values[MODBUS_MAX_READ_REGISTERS];
  modbus_t *context = modbus_new_tcp("127.0.0.1", job->port);
  modbus_set_slave(context, 1);
  if (modbus_connect(context) < 0) { perror("connect"); exit(1); }
  double sent = now_us();
  for (int turn = job->seed; sent < job->to; turn++) {
    int address = turn % ADDRESSES;
    int read = modbus_read_registers(context, address, job->count, values), right = read == job->count;
    for (int place = 0; right && place < read; place++) right = values[place] == 1000 + address + place;
    if (!right) job->wrong++;
    double now = now_us();
    if (now > job->from && now <= job->to) keep(job, now - sent);
    sent = now;
  }
  modbus_close(context);
  modbus_free(context);
  return 0;
}

static int ascending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static double quantile(const float *sorted, int count, double share) {
  int place = share * count;
  return count == 0 ? 0 : sorted[place < count ? place : count - 1];
}

int main(int words, char **args) {
  static struct job jobs[MOST];
  static pthread_t threads[MOST];
  int run, connections, count, ms;
  if (words != 2) return fprintf(stderr, "usage: PORT\n"), 2;
  printf("ready\n"), fflush(stdout);
  while (scanf("%d %d %d %d", &run, &connections, &count, &ms) == 4 && connections <= MOST) {
    double from = now_us() + WARM_UP_MS * 1e3, to = from + ms * 1e3;
    for (int at = 0; at < connections; at++) {
      jobs[at] = (struct job){ .port = atoi(args[1]), .seed = 31 * at, .count = count, .from = from, .to = to };
      if (pthread_create(&threads[at], 0, work, &jobs[at])) return 1;
    }
    sleep_until(from);
    double cpu = cpu_us();
    sleep_until(to);
    cpu = cpu_us() - cpu;
    int requests = 0, wrong = 0;
    for (int at = 0; at < connections; at++) {
      pthread_join(threads[at], 0);
      requests += jobs[at].requests, wrong += jobs[at].wrong;
    }
    float *all = malloc((requests + 1) * sizeof *all);
    if (!all) return 1;
    for (int at = 0, place = 0; at < connections; at++) {
      for (int one = 0; one < jobs[at].requests; one++) all[place++] = jobs[at].latencies[one];
      free(jobs[at].latencies);
    }
    qsort(all, requests, sizeof *all, ascending);
    printf("%d {\"requests\":%d,\"seconds\":%.6f,\"cpuUs\":%.0f,\"p50Us\":%.1f,\"p99Us\":%.1f,\"wrong\":%d}\n", run, requests,
           ms / 1e3, cpu, quantile(all, requests, 0.5), quantile(all, requests, 0.99), wrong);
    fflush(stdout);
    free(all);
  }
}
