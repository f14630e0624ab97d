/// Motion estimated from two pictures: Lucas and Kanade 1981, dense and coarse to fine, with a median filter after every
/// step (Sun, Roth and Black 2010).
struct OpticalFlow {
    private static let radius = 5
    private static let steps = 4

    /// The motion from `from` to `to`, luminance planes of one size.
    static func estimate(_ from: Plane, _ to: Plane) -> FlowField {
        var levels = [(from, to)]
        while let last = levels.last, min(last.0.width, last.0.height) >= 32 {
            levels.append((last.0.halved(), last.1.halved()))
        }
        var flow = FlowField(width: 0, height: 0)
        for (index, level) in levels.reversed().enumerated() {
            flow = index == 0 ? FlowField(width: level.0.width, height: level.0.height) : flow.enlarged(like: level.0)
            for _ in 0..<steps { step(&flow, level.0, level.1) }
        }
        return flow
    }

    /// Moves every pixel's motion by what explains the difference best over the window around it.
    private static func step(_ flow: inout FlowField, _ from: Plane, _ to: Plane) {
        let (width, height) = (from.width, from.height)
        var moments = [Plane](repeating: Plane(width: width, height: height), count: 5)
        for y in 0..<height {
            for x in 0..<width {
                let i = y * width + x, tx = Float(x) + flow.u[i], ty = Float(y) + flow.v[i]
                let gx = (to.sample(tx + 1, ty) - to.sample(tx - 1, ty) + from.at(x + 1, y) - from.at(x - 1, y)) * 0.25
                let gy = (to.sample(tx, ty + 1) - to.sample(tx, ty - 1) + from.at(x, y + 1) - from.at(x, y - 1)) * 0.25
                let difference = to.sample(tx, ty) - from.values[i]
                moments[0].values[i] = gx * gx
                moments[1].values[i] = gx * gy
                moments[2].values[i] = gy * gy
                moments[3].values[i] = gx * difference
                moments[4].values[i] = gy * difference
            }
        }
        moments = moments.map { $0.boxed(radius: radius) }
        for i in 0..<width * height {
            // A little of the identity keeps flat places where their neighbours at the coarser level put them.
            let a = moments[0].values[i] + 1, b = moments[1].values[i], c = moments[2].values[i] + 1
            let p = moments[3].values[i], q = moments[4].values[i], determinant = a * c - b * b
            flow.u[i] -= min(max((c * p - b * q) / determinant, -1), 1)
            flow.v[i] -= min(max((a * q - b * p) / determinant, -1), 1)
        }
        flow.u = Plane(width: width, height: height, values: flow.u).median().values
        flow.v = Plane(width: width, height: height, values: flow.v).median().values
    }
}

extension FlowField {
    /// Twice as large, and as fast.
    fileprivate func enlarged(like plane: Plane) -> FlowField {
        var result = FlowField(width: plane.width, height: plane.height)
        let (us, vs) = (Plane(width: width, height: height, values: u), Plane(width: width, height: height, values: v))
        for y in 0..<plane.height {
            for x in 0..<plane.width {
                let (sx, sy) = (Float(x) * 0.5 - 0.25, Float(y) * 0.5 - 0.25)
                result.u[y * plane.width + x] = 2 * us.sample(sx, sy)
                result.v[y * plane.width + x] = 2 * vs.sample(sx, sy)
            }
        }
        return result
    }
}
