-- wrk: each request another path of a file. Arguments: file, first line, lines, method, threads, body.
-- GET picks at random, POST goes through its lines one after the other. Prints one line of JSON.
local threads = 0

function setup(thread)
   thread:set("id", threads)
   threads = threads + 1
end

function init(args)
   local first, lines = tonumber(args[2]), tonumber(args[3])
   method, step = args[4], tonumber(args[5])
   paths = {}
   local at = 0
   for line in io.lines(args[1]) do
      if at >= first and at < first + lines then paths[#paths + 1] = line end
      at = at + 1
   end
   wrk.headers["Accept-Language"] = "en-GB,en;q=0.9"
   wrk.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
   if method == "POST" then
      wrk.body = args[6]
      wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
   end
   math.randomseed(id + first + 1)
   turn = id
end

function request()
   turn = turn + step
   local at = method == "POST" and (turn - step) % #paths + 1 or math.random(#paths)
   return wrk.format(method, paths[at])
end

function done(summary, latency, requests)
   local e = summary.errors
   io.write(string.format(
      '\nRESULT {"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "failed": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
      latency:percentile(99) / 1e3, e.connect + e.read + e.write + e.status + e.timeout))
end
