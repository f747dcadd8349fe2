;; The bare kernel that edgelet is measured against: dot products of f64 rows with weights, nothing checked, nothing around it.
;; Memory: weights at 0 (10 f64), rows at 128 (rows × 10 f64), results behind them.
(module
  (memory (export "memory") 32)
  (func (export "dot") (param $rows i32) (param $out i32)
    (local $row i32) (local $end i32)
    (local.set $row (i32.const 128))
    (local.set $end (i32.add (i32.const 128) (i32.mul (local.get $rows) (i32.const 80))))
    (loop $next
      (f64.store (local.get $out)
        (call $sum
          (f64x2.add
            (f64x2.add
              (f64x2.mul (v128.load (local.get $row)) (v128.load (i32.const 0)))
              (f64x2.mul (v128.load offset=16 (local.get $row)) (v128.load (i32.const 16))))
            (f64x2.add
              (f64x2.mul (v128.load offset=32 (local.get $row)) (v128.load (i32.const 32)))
              (f64x2.add
                (f64x2.mul (v128.load offset=48 (local.get $row)) (v128.load (i32.const 48)))
                (f64x2.mul (v128.load offset=64 (local.get $row)) (v128.load (i32.const 64))))))))
      (local.set $out (i32.add (local.get $out) (i32.const 8)))
      (local.set $row (i32.add (local.get $row) (i32.const 80)))
      (br_if $next (i32.lt_u (local.get $row) (local.get $end)))))
  (func $sum (param $v v128) (result f64)
    (f64.add (f64x2.extract_lane 0 (local.get $v)) (f64x2.extract_lane 1 (local.get $v)))))
